"""The statements that touch the tables of counts, as every database of ours takes them."""

LEDGER = """SELECT epoca, version, generado, contados, duplicados, conflictos, rechazados, sin_id,
    eventos_contados FROM libro"""
UPDATE_LEDGER = """UPDATE libro SET version = version + 1, generado = ?,
    contados = contados + ?, duplicados = duplicados + ?, conflictos = conflictos + ?,
    rechazados = rechazados + ?, sin_id = sin_id + ?, eventos_contados = eventos_contados + ?,
    clientes = clientes + ?, eventos = eventos + ?, reloj = ?, ids = ids + ?
    RETURNING version, ids"""
SET_EPOCA = "UPDATE libro SET epoca = ?"
IDENTITY = "SELECT epoca, version FROM libro"
DISTINCT = "SELECT clientes, eventos FROM libro"
CLOCK = "SELECT reloj FROM libro"

KNOWN_CLIENTES = "SELECT cliente, total FROM clientes WHERE cliente {}"
KNOWN_EVENTOS = "SELECT evento, total FROM eventos WHERE evento {}"
LARGEST_CLIENTES = "SELECT cliente, total FROM clientes ORDER BY total DESC, cliente LIMIT ?"
LARGEST_EVENTOS = "SELECT evento, total FROM eventos ORDER BY total DESC, evento LIMIT ?"
ONE_CLIENTE = "SELECT cliente, total, visto FROM clientes WHERE cliente = ?"
SOME_CLIENTES = """SELECT cliente, total, visto FROM clientes WHERE cliente > ?
    ORDER BY cliente LIMIT ?"""
ADD_CLIENTES = """INSERT INTO clientes VALUES (?, ?, ?)
    ON CONFLICT (cliente) DO UPDATE SET total = clientes.total + excluded.total,
    visto = CASE WHEN excluded.visto > coalesce(clientes.visto, 0) THEN excluded.visto
    ELSE coalesce(clientes.visto, 0) END"""
ADD_EVENTOS = """INSERT INTO eventos VALUES (?, ?)
    ON CONFLICT (evento) DO UPDATE SET total = eventos.total + excluded.total"""

ADD_DELTA = "INSERT INTO deltas VALUES (?, ?)"
DELTAS = "SELECT version, celdas FROM deltas WHERE version > ? ORDER BY version"
FORGET_DELTAS = """DELETE FROM deltas WHERE version IN
    (SELECT version FROM deltas WHERE version <= ? ORDER BY version LIMIT ?)"""
FOLDED = "SELECT sellado, hasta FROM pliegue"
FOLD = "UPDATE pliegue SET sellado = ?, hasta = ?"

ID_ROWS = "SELECT ids FROM libro"
FORGET_ID_ROWS = "UPDATE libro SET ids = ids - ?"
OLDEST_ID = "SELECT reloj FROM ids ORDER BY n LIMIT 1"
PRUNE = "DELETE FROM ids WHERE n IN (SELECT n FROM ids ORDER BY n LIMIT ?)"
PRUNE_BEFORE = """DELETE FROM ids WHERE n IN
    (SELECT n FROM (SELECT n, reloj FROM ids ORDER BY n LIMIT ?) AS oldest WHERE reloj < ?)"""

RESET_LEDGER = """UPDATE libro SET version = 0, contados = 0, duplicados = 0, conflictos = 0,
    rechazados = 0, sin_id = 0, eventos_contados = 0, clientes = 0, eventos = 0"""
COUNTS = ("clientes", "eventos", "motivos", "muestras", "deltas", "apartados")
