"""The tables of the store, and the statements that touch them."""

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
LEDGER = """SELECT epoca, version, generado, contados, duplicados, conflictos, rechazados, sin_id,
    eventos_contados FROM libro"""
UPDATE_LEDGER = """UPDATE libro SET version = version + 1, generado = ?,
    contados = contados + ?, duplicados = duplicados + ?, conflictos = conflictos + ?,
    rechazados = rechazados + ?, sin_id = sin_id + ?, eventos_contados = eventos_contados + ?,
    clientes = clientes + ?, eventos = eventos + ?, reloj = ?, ids = ids + ? RETURNING version"""
IDENTITY = "SELECT epoca, version FROM libro"
DISTINCT = "SELECT clientes, eventos FROM libro"
CLOCK = "SELECT reloj FROM libro"

KNOWN_CLIENTES = "SELECT cliente, total FROM clientes WHERE cliente IN ({})"
KNOWN_EVENTOS = "SELECT evento, total FROM eventos WHERE evento IN ({})"
LARGEST_CLIENTES = "SELECT cliente, total FROM clientes ORDER BY total DESC, cliente LIMIT ?"
LARGEST_EVENTOS = "SELECT evento, total FROM eventos ORDER BY total DESC, evento LIMIT ?"
ONE_CLIENTE = "SELECT cliente, total, visto FROM clientes WHERE cliente = ?"
SOME_CLIENTES = """SELECT cliente, total, visto FROM clientes WHERE cliente > ?
    ORDER BY cliente LIMIT ?"""
ADD_CLIENTES = """INSERT INTO clientes VALUES (?, ?, ?)
    ON CONFLICT (cliente) DO UPDATE SET total = total + excluded.total,
    visto = max(coalesce(visto, 0), excluded.visto)"""
ADD_EVENTOS = """INSERT INTO eventos VALUES (?, ?)
    ON CONFLICT (evento) DO UPDATE SET total = total + excluded.total"""

ADD_DELTA = "INSERT INTO deltas VALUES (?, ?)"
DELTAS = "SELECT version, celdas FROM deltas WHERE version > ? ORDER BY version"
FORGET_DELTAS = """DELETE FROM deltas WHERE version IN
    (SELECT version FROM deltas WHERE version <= ? ORDER BY version LIMIT ?)"""
FOLDED = "SELECT sellado, hasta FROM pliegue"
FOLD = "UPDATE pliegue SET sellado = ?, hasta = ?"

KNOWN = "SELECT id, cuerpo, suerte FROM ids WHERE id IN ({})"
# What is decided anew is as young as its decision: it gets a new place, and leaves a gap.
KEEP = "REPLACE INTO ids (id, cuerpo, suerte, reloj) VALUES (?, ?, ?, ?)"
ID_ROWS = "SELECT ids FROM libro"
FORGET_ID_ROWS = "UPDATE libro SET ids = ids - ?"
OLDEST_ID = "SELECT reloj FROM ids ORDER BY n LIMIT 1"
PRUNE = "DELETE FROM ids WHERE n IN (SELECT n FROM ids ORDER BY n LIMIT ?)"
PRUNE_BEFORE = """DELETE FROM ids WHERE n IN
    (SELECT n FROM (SELECT n, reloj FROM ids ORDER BY n LIMIT ?) WHERE reloj < ?)"""

RESET_LEDGER = """UPDATE libro SET version = 0, contados = 0, duplicados = 0, conflictos = 0,
    rechazados = 0, sin_id = 0, eventos_contados = 0, clientes = 0, eventos = 0"""
COUNTS = ("clientes", "eventos", "motivos", "muestras", "deltas", "apartados")
