"""The tables of the store in SQLite, version by version."""

VERSION = 4

LEDGER_TABLE = """
CREATE TABLE libro (                      -- one row: the ledger
    fila INTEGER PRIMARY KEY CHECK (fila = 1),
    epoca TEXT NOT NULL,
    version INTEGER NOT NULL,
    generado REAL NOT NULL,               -- seconds since 1970
    contados INTEGER NOT NULL,
    duplicados INTEGER NOT NULL,
    conflictos INTEGER NOT NULL,
    rechazados INTEGER NOT NULL,
    sin_id INTEGER NOT NULL,
    eventos_contados INTEGER NOT NULL,
    reloj REAL NOT NULL                   -- seconds spent counting, see kept_ids.py
) STRICT;
"""
COUNT_TABLES = """
CREATE TABLE clientes (cliente TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE eventos (evento TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""
ID_TABLE = """
CREATE TABLE ids (
    n INTEGER PRIMARY KEY,                -- in order of arrival: the oldest are pruned first
    id ANY NOT NULL,                      -- 16 bytes of a UUID, or text
    cuerpo INTEGER NOT NULL,              -- digest of the body
    suerte INTEGER NOT NULL,              -- verdict.Kept
    reloj REAL NOT NULL,
    UNIQUE (id, cuerpo)
) STRICT;
"""
VERSION_1 = LEDGER_TABLE + COUNT_TABLES + ID_TABLE
FROM_1_TO_2 = """
ALTER TABLE libro ADD COLUMN clientes INTEGER NOT NULL DEFAULT 0;   -- distinct ones
ALTER TABLE libro ADD COLUMN eventos INTEGER NOT NULL DEFAULT 0;    -- distinct ones
UPDATE libro SET clientes = (SELECT count(*) FROM clientes),
    eventos = (SELECT count(*) FROM eventos);
ALTER TABLE clientes ADD COLUMN visto INTEGER;  -- newest event, whole seconds since 1970
CREATE TABLE deltas (
    version INTEGER PRIMARY KEY,          -- of the ledger, once this is counted
    celdas BLOB NOT NULL                  -- delta_row.py
) STRICT;
CREATE TABLE pliegue (                    -- one row: how far the deltas are folded
    fila INTEGER PRIMARY KEY CHECK (fila = 1),
    sellado INTEGER NOT NULL,             -- deltas up to this version are folded together,
    hasta TEXT                            -- by clients in order, up to this one; NULL: all are
) STRICT;
INSERT INTO pliegue VALUES (1, 0, NULL);
"""
FROM_2_TO_3 = """
ALTER TABLE libro ADD COLUMN ids INTEGER NOT NULL DEFAULT 0;   -- rows of ids
UPDATE libro SET ids = (SELECT count(*) FROM ids);
UPDATE clientes SET visto = NULL WHERE visto > CAST(strftime('%s') AS INTEGER);  -- dated ahead
"""

NEW_LEDGER = "INSERT INTO libro VALUES (1, ?, 0, ?, 0, 0, 0, 0, 0, 0, 0)"
