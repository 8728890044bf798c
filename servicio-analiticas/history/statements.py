"""The statements that touch the tables of history, as every database of ours takes them."""

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
SET_SERIES = """INSERT INTO historia_series VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET parcial = excluded.parcial, ultimo = excluded.ultimo"""
DROP_SERIES = "DELETE FROM historia_series WHERE id = ?"
CHUNKS = "SELECT clave, datos FROM historia_trozos WHERE clave {}"
SUMS_AND_CHUNKS = "SELECT clave, suma, datos FROM historia_trozos WHERE clave {}"
SET_CHUNK = """INSERT INTO historia_trozos VALUES (?, ?, ?)
    ON CONFLICT (clave) DO UPDATE SET suma = excluded.suma, datos = excluded.datos"""
CHUNKS_BETWEEN = "SELECT clave, datos FROM historia_trozos WHERE clave >= ? AND clave < ?"
CHUNKS_OF_TOTAL = """SELECT clave, datos FROM historia_trozos
    WHERE clave >= ? AND clave < ? AND clave & 268435455 = 0"""  # no series' bits
SUMS_OF_TOTAL = """SELECT clave, suma FROM historia_trozos
    WHERE clave >= ? AND clave < ? AND clave & 268435455 = 0"""
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
    ON CONFLICT (cliente) DO UPDATE SET eventos = historia_futuros.eventos + excluded.eventos,
    ultimo = excluded.ultimo, adelanto = excluded.adelanto"""
TRIM_FUTURE = """DELETE FROM historia_futuros WHERE cliente NOT IN
    (SELECT cliente FROM historia_futuros ORDER BY ultimo DESC, eventos DESC LIMIT ?)"""
FUTURE = """SELECT cliente, eventos, ultimo, adelanto FROM historia_futuros
    ORDER BY ultimo DESC, eventos DESC, cliente LIMIT ?"""
FUTURE_TOTAL = "SELECT futuros FROM historia_estado"
