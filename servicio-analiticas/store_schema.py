"""The tables of the store, and the statements that touch them."""

VERSION = 1

TABLES = """
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
    reloj REAL NOT NULL                   -- seconds spent counting, see store.py
) STRICT;
CREATE TABLE clientes (cliente TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE eventos (evento TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE ids (
    n INTEGER PRIMARY KEY,                -- in order of arrival: the oldest are pruned first
    id ANY NOT NULL,                      -- 16 bytes of a UUID, or text
    cuerpo INTEGER NOT NULL,              -- digest of the body
    suerte INTEGER NOT NULL,              -- message_identity.Kept
    reloj REAL NOT NULL,
    UNIQUE (id, cuerpo)
) STRICT;
"""

NEW_LEDGER = "INSERT INTO libro VALUES (1, ?, 0, ?, 0, 0, 0, 0, 0, 0, 0)"
LEDGER = """SELECT epoca, version, generado, contados, duplicados, conflictos, rechazados, sin_id,
    eventos_contados FROM libro"""
UPDATE_LEDGER = """UPDATE libro SET version = version + 1, generado = ?,
    contados = contados + ?, duplicados = duplicados + ?, conflictos = conflictos + ?,
    rechazados = rechazados + ?, sin_id = sin_id + ?, eventos_contados = eventos_contados + ?,
    reloj = ? RETURNING version"""
CLOCK = "SELECT reloj FROM libro"
ADD_CLIENTES = """INSERT INTO clientes VALUES (?, ?)
    ON CONFLICT (cliente) DO UPDATE SET total = total + excluded.total"""
ADD_EVENTOS = """INSERT INTO eventos VALUES (?, ?)
    ON CONFLICT (evento) DO UPDATE SET total = total + excluded.total"""
KNOWN = "SELECT id, cuerpo, suerte FROM ids WHERE id IN ({})"
KEEP = """INSERT INTO ids (id, cuerpo, suerte, reloj) VALUES (?, ?, ?, ?)
    ON CONFLICT (id, cuerpo) DO UPDATE SET suerte = excluded.suerte"""
RESET_LEDGER = """UPDATE libro SET version = 0, contados = 0, duplicados = 0, conflictos = 0,
    rechazados = 0, sin_id = 0, eventos_contados = 0"""
COUNTS = ("clientes", "eventos", "motivos", "muestras")
ID_SPAN = "SELECT (SELECT min(n) FROM ids), (SELECT max(n) FROM ids)"
OLDEST_ID = "SELECT reloj FROM ids ORDER BY n LIMIT 1"
PRUNE = """DELETE FROM ids WHERE n IN (SELECT n FROM ids WHERE n < ? ORDER BY n LIMIT ?)"""
PRUNE_BEFORE = """DELETE FROM ids WHERE n IN
    (SELECT n FROM (SELECT n, reloj FROM ids ORDER BY n LIMIT ?) WHERE reloj < ?)"""
