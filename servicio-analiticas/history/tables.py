"""The tables of history, and the statements that touch them."""

VERSION_2 = """
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
FROM_2_TO_3 = """
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
FROM_3_TO_4 = """
ALTER TABLE historia_reloj ADD COLUMN cinco_desde INTEGER NOT NULL DEFAULT 0;
                                          -- from when on five minutes have all that hours have
"""
TABLES = VERSION_2 + FROM_2_TO_3 + FROM_3_TO_4

RESET = (
    "DELETE FROM historia_trozos",
    "DELETE FROM historia_series WHERE id > 0",
    """UPDATE historia_estado SET generacion = generacion + 1, sin_clientes = -1, sin_tipos = -1,
    sin_pares = -1, futuros = 0, antiguos = 0""",
    "DELETE FROM historia_futuros",
    "UPDATE historia_reloj SET podado = 0, regreso = NULL, cinco_desde = 0",
)
"""What sets history to nothing, to be executed in one transaction."""

GENERATION = "SELECT generacion FROM historia_estado"
STATE = """SELECT generacion, siguiente, sin_clientes, sin_tipos, sin_pares, futuros, antiguos
    FROM historia_estado"""
SET_STATE = """UPDATE historia_estado SET generacion = ?, siguiente = ?, sin_clientes = ?,
    sin_tipos = ?, sin_pares = ?, futuros = ?, antiguos = ?"""
SERIES = "SELECT id, cliente, evento, parcial, ultimo FROM historia_series"
SET_SERIES = "REPLACE INTO historia_series VALUES (?, ?, ?, ?, ?)"
DROP_SERIES = "DELETE FROM historia_series WHERE id = ?"
CHUNKS = """SELECT clave, datos FROM historia_trozos
    WHERE clave IN (SELECT value FROM json_each(?))"""
SUMS_AND_CHUNKS = """SELECT clave, suma, datos FROM historia_trozos
    WHERE clave IN (SELECT value FROM json_each(?))"""
SET_CHUNK = "REPLACE INTO historia_trozos VALUES (?, ?, ?)"
CHUNKS_BETWEEN = "SELECT clave, datos FROM historia_trozos WHERE clave >= ? AND clave < ?"
CHUNKS_OF_TOTAL = """SELECT clave, datos FROM historia_trozos
    WHERE clave >= ? AND clave < ? AND clave & 0xfffffff = 0"""
SUMS_OF_TOTAL = """SELECT clave, suma FROM historia_trozos
    WHERE clave >= ? AND clave < ? AND clave & 0xfffffff = 0"""
FIRST_KEY = "SELECT min(clave) FROM historia_trozos WHERE clave >= ? AND clave < ?"
SUMS_BETWEEN = "SELECT clave, suma FROM historia_trozos WHERE clave >= ? AND clave < ?"
PRUNE = """DELETE FROM historia_trozos WHERE clave IN (SELECT clave FROM historia_trozos
    WHERE clave >= ? AND clave < ? ORDER BY clave LIMIT ?)"""

CLOCK = "SELECT reloj, espera FROM historia_reloj"
PRUNED = "SELECT podado, regreso FROM historia_reloj"
FIVE_MINUTES_SINCE = "SELECT cinco_desde FROM historia_reloj"
SET_FIVE_MINUTES_SINCE = "UPDATE historia_reloj SET cinco_desde = ?"
SET_CLOCK = "UPDATE historia_reloj SET reloj = ?, espera = ?, podado = ?, regreso = ?"

ADD_FUTURE = """INSERT INTO historia_futuros VALUES (?, ?, ?, ?)
    ON CONFLICT (cliente) DO UPDATE SET eventos = eventos + excluded.eventos,
    ultimo = excluded.ultimo, adelanto = excluded.adelanto"""
TRIM_FUTURE = """DELETE FROM historia_futuros WHERE cliente NOT IN
    (SELECT cliente FROM historia_futuros ORDER BY ultimo DESC, eventos DESC LIMIT ?)"""
FUTURE = """SELECT cliente, eventos, ultimo, adelanto FROM historia_futuros
    ORDER BY ultimo DESC, eventos DESC, cliente LIMIT ?"""
FUTURE_TOTAL = "SELECT futuros FROM historia_estado"
