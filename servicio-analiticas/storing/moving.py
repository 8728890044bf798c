"""Everything that a store holds, from one database into another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from database.connection import Connection
from database.failures import UnusableStoreError
from storing.ledger_row import read_ledger

ROWS_AT_ONCE = 5000


class Table(NamedTuple):
    """*loose*: columns that each database keeps in its way."""

    name: str
    columns: tuple[str, ...]  # the first one is its key
    loose: frozenset[str] = frozenset()


ONE_ROW = (
    Table(
        "libro",
        (
            *("epoca", "version", "generado", "contados", "duplicados", "conflictos"),
            *("rechazados", "sin_id", "eventos_contados", "reloj", "clientes", "eventos", "ids"),
        ),
    ),
    Table("pliegue", ("sellado", "hasta")),
    Table(
        "historia_estado",
        (
            *("generacion", "siguiente", "sin_clientes", "sin_tipos", "sin_pares"),
            *("futuros", "antiguos"),
        ),
    ),
    Table("historia_reloj", ("reloj", "espera", "podado", "regreso", "cinco_desde")),
)
MANY_ROWS = (
    Table("clientes", ("cliente", "total", "visto")),
    Table("eventos", ("evento", "total")),
    Table("deltas", ("version", "celdas")),
    Table("ids", ("n", "id", "cuerpo", "suerte", "reloj"), frozenset({"id"})),
    Table("historia_trozos", ("clave", "suma", "datos")),
    Table("historia_series", ("id", "cliente", "evento", "parcial", "ultimo")),
    Table("historia_futuros", ("cliente", "eventos", "ultimo", "adelanto")),
    Table("motivos", ("motivo", "total")),
    Table(
        "muestras",
        ("n", "momento", "motivo", "cuerpo", "bytes", "cliente", "message_id"),
        frozenset({"cuerpo", "cliente", "message_id"}),
    ),
    Table("apartados", ("motivo", "total")),
    Table("apartados_ids", ("n", "id", "cuerpo"), frozenset({"id"})),
    Table(
        "por_apartar",
        ("n", "clave", "cuerpo", "message_id", "app_id", "cliente", "momento"),
        frozenset({"message_id", "app_id", "cliente"}),
    ),
)
NUMBERED = tuple(table.name for table in MANY_ROWS if table.columns[0] == "n")


def move(source: Connection, to: Connection) -> None:
    """
    Call inside a transaction of *to*, where nothing was ever counted, while *source* is held.

    Raises UnusableStoreError.
    """
    if read_ledger(to).version or _page(to, MANY_ROWS[3], None):
        raise UnusableStoreError("something was counted there already: it must be a new store")
    to.execute("DELETE FROM historia_series")
    for table in ONE_ROW:
        (row,) = source.execute(f"SELECT {', '.join(table.columns)} FROM {table.name}").fetchall()  # noqa: S608
        places = ", ".join(f"{column} = ?" for column in table.columns)
        to.execute(f"UPDATE {table.name} SET {places}", row)  # noqa: S608 - names of our own
    for table in MANY_ROWS:
        marks = ", ".join("?" * len(table.columns))
        insert = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})"  # noqa: S608
        for page in _pages(source, table):
            to.executemany(insert, _translated(page, table, source, to))
    if read_ledger(to) != read_ledger(source):
        raise UnusableStoreError("the ledger is not the same there: nothing was moved")


def _pages(source: Connection, table: Table) -> Iterator[list[Any]]:
    last: Any = None
    while page := _page(source, table, last):
        yield page
        last = page[-1][0]


def _page(source: Connection, table: Table, after: Any) -> list[Any]:
    key = table.columns[0]
    where, values = ("", ()) if after is None else (f"WHERE {key} > ?", (after,))
    columns = ", ".join(table.columns)
    query = f"SELECT {columns} FROM {table.name} {where} ORDER BY {key} LIMIT ?"  # noqa: S608
    return source.execute(query, (*values, ROWS_AT_ONCE)).fetchall()


def _translated(
    page: Iterable[Any], table: Table, source: Connection, to: Connection
) -> Iterator[tuple[Any, ...]]:
    for row in page:
        yield tuple(
            to.packed(source.unpacked(value)) if column in table.loose else _value(column, value)
            for column, value in zip(table.columns, row, strict=True)
        )


def _value(column: str, value: Any) -> Any:
    return bool(value) if column == "parcial" else value  # SQLite has numbers for these
