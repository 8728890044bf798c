"""The tables of what was not counted, in SQLite, version by version."""

REJECTIONS = """
CREATE TABLE motivos (motivo TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE muestras (
    n INTEGER PRIMARY KEY,
    momento REAL NOT NULL,                -- seconds since 1970
    motivo TEXT NOT NULL,
    cuerpo TEXT NOT NULL,                 -- the first 256 characters
    bytes INTEGER NOT NULL,               -- of the whole body
    cliente TEXT,                         -- a guess
    message_id TEXT
) STRICT;
"""
SET_ASIDE = """
CREATE TABLE apartados (motivo TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE apartados_ids (
    n INTEGER PRIMARY KEY,
    id ANY NOT NULL,
    cuerpo INTEGER NOT NULL,
    UNIQUE (id, cuerpo)
) STRICT;
"""
COPIES = """
CREATE TABLE por_apartar (
    n INTEGER PRIMARY KEY,
    clave BLOB UNIQUE,                    -- of a message with an id: redelivered, it is one copy
    cuerpo BLOB NOT NULL,
    message_id ANY,                       -- text; a BLOB of bytes that are none
    app_id ANY,
    cliente ANY,                          -- its header X-Client-Name; a 1: it named nobody
    momento REAL                          -- when it was sent, seconds since 1970
) STRICT;
"""
