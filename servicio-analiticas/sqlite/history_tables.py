"""The tables of history in SQLite, version by version."""

HISTORY_2 = """
CREATE TABLE historia_trozos (            -- chunks of counts of one series on one level
    clave INTEGER PRIMARY KEY,            -- level, time and series, see history/levels.py
    suma INTEGER NOT NULL,
    datos BLOB NOT NULL                   -- one count a slot, of 1, 2, 4 or 8 bytes
) STRICT;
CREATE TABLE historia_series (
    id INTEGER PRIMARY KEY,               -- never used twice; 0 is the total
    cliente TEXT,                         -- NULL: of any client
    evento TEXT,
    parcial INTEGER NOT NULL,
    ultimo INTEGER NOT NULL               -- its newest chunk on the hour level
) STRICT;
CREATE TABLE historia_estado (            -- one row
    fila INTEGER PRIMARY KEY CHECK (fila = 1),
    generacion INTEGER NOT NULL,          -- grows with each change of this row or of the series
    siguiente INTEGER NOT NULL,           -- id of the next series
    sin_clientes INTEGER NOT NULL,        -- newest event second that found no place, by kind
    sin_tipos INTEGER NOT NULL,
    sin_pares INTEGER NOT NULL,
    futuros INTEGER NOT NULL,
    antiguos INTEGER NOT NULL
) STRICT;
INSERT INTO historia_series VALUES (0, NULL, NULL, 0, 0);
INSERT INTO historia_estado VALUES (1, 0, 1, -1, -1, -1, 0, 0);
"""
HISTORY_2_TO_3 = """
CREATE TABLE historia_reloj (             -- one row; seconds since 1970, see history/horizon.py
    fila INTEGER PRIMARY KEY CHECK (fila = 1),
    reloj REAL,                           -- what the steady clock showed last
    espera REAL NOT NULL,                 -- for how long the wall clock had shown something else
    podado REAL NOT NULL,                 -- the latest time by which something was deleted
    regreso REAL                          -- when the clock was found before that
) STRICT;
CREATE TABLE historia_futuros (           -- events dated in the future, clients seen last
    cliente TEXT PRIMARY KEY,
    eventos INTEGER NOT NULL,
    ultimo REAL NOT NULL,                 -- when the newest was folded
    adelanto INTEGER NOT NULL             -- seconds that it was ahead
) STRICT, WITHOUT ROWID;
INSERT INTO historia_reloj VALUES (1, NULL, 0, 0, NULL);
"""
HISTORY_3_TO_4 = """
ALTER TABLE historia_reloj ADD COLUMN cinco_desde INTEGER NOT NULL DEFAULT 0;
                                          -- from when on five minutes have all that hours have
"""
HISTORY = HISTORY_2 + HISTORY_2_TO_3 + HISTORY_3_TO_4
