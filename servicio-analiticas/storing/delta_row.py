"""
One row of the delta log: the cells of a batch, as columns.

Each name once, and some five bytes a cell: less than half of the cells written out one by one,
which is most of what a commit writes when there are many clients.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping

import msgspec

from decoding.cell_reading import Cell

_TYPES = {1: "B", 2: "H", 4: "I", 8: "Q"}  # of an array, by bytes an item


class Column(msgspec.Struct, array_like=True):
    size: int
    items: bytes  # little-endian, as all machines that this runs on have it

    def __iter__(self) -> Iterator[int]:
        return iter(array(_TYPES[self.size], self.items))


class Row(msgspec.Struct, array_like=True):
    """Of each cell: indices into the lists of what there is, and how many events."""

    clientes: list[str]
    eventos: list[str]
    seconds: list[int]
    cliente: Column
    evento: Column
    second: Column
    events: Column


_DECODER = msgspec.msgpack.Decoder(Row)


def encode(cells: Mapping[Cell, int]) -> bytes:
    """*cells* must not be empty; their order is kept."""
    names: list[list[object]] = []
    columns: list[Column] = []
    for values in zip(*cells, strict=True):
        distinct = list(dict.fromkeys(values))
        index = dict(zip(distinct, range(len(distinct)), strict=True))
        names.append(distinct)
        columns.append(_column([*map(index.__getitem__, values)], len(distinct)))
    columns.append(_column([*cells.values()], max(cells.values())))
    return msgspec.msgpack.encode([*names, *columns])


def decode(row: bytes) -> Iterator[tuple[Cell, int]]:
    columns = _DECODER.decode(row)
    for c, e, s, n in zip(
        columns.cliente, columns.evento, columns.second, columns.events, strict=True
    ):
        yield (columns.clientes[c], columns.eventos[e], columns.seconds[s]), n


def _column(values: list[int], largest: int) -> Column:
    if largest < 256:
        return Column(1, bytes(values))
    size = next(size for size in _TYPES if largest < 256**size)
    return Column(size, array(_TYPES[size], values).tobytes())
