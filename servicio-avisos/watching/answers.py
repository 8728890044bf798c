"""What the analytics answer, as far as it is watched."""

from __future__ import annotations

import datetime
from typing import Annotated

from msgspec import Meta, Struct

from comun.service_answer import Count, InvalidAnswerError, Label, Name
from judging.readings import Band, Client, Counts, Status

LAST_OF_A_SECOND = 0.999  # `visto` is in whole seconds: the event came before the next one


class Depth(Struct, frozen=True):
    listos: Count
    sin_ack: Count


class Estado(Struct, frozen=True):
    broker: Label
    almacen: Label
    atraso_s: float
    desde: Label | None = None
    cola: Depth | None = None
    escritura: Label | None = None

    def status(self) -> Status:
        waiting = None if self.cola is None else self.cola.listos + self.cola.sin_ack
        refuses = self.escritura == "rechazada"
        since = seconds(self.desde)
        return Status(self.broker, since, self.almacen, waiting, self.atraso_s, refuses)


class Reporte(Struct, frozen=True):
    epoca: Label
    version: Count
    total: Count
    rechazados: Count
    duplicados: Count
    conflictos: Count
    eventos: Annotated[dict[Name, Count], Meta(max_length=100)]

    def counts(self) -> Counts:
        rejected = self.rechazados + self.conflictos
        return Counts(self.epoca, self.total, rejected, self.duplicados, self.eventos)


class ClientRow(Struct, frozen=True):
    cliente: Name
    total: Count
    visto: Label | None = None


class ClientPage(Struct, frozen=True):
    epoca: Label
    distintos: Count
    clientes: Annotated[list[ClientRow], Meta(max_length=1000)]
    siguiente: Name | None

    def clients(self) -> dict[str, Client]:
        rows = ((row.cliente, row.total, seconds(row.visto)) for row in self.clientes)
        return {
            name: Client(total, None if seen is None else seen + LAST_OF_A_SECOND)
            for name, total, seen in rows
        }


class Whole(Struct, frozen=True):
    puntos: Count
    bajo: float | None = None
    alto: float | None = None


class UsualSeries(Struct, frozen=True):
    todo: Whole
    cliente: Name | None = None
    evento: Name | None = None


class Habitual(Struct, frozen=True):
    desde: Label
    series: Annotated[list[UsualSeries], Meta(max_length=100)]
    siguiente: Name | None = None

    def bands(self) -> list[Band]:
        begin = seconds(self.desde) or 0.0
        return [
            Band(one.cliente, one.evento, begin, one.todo.puntos, one.todo.bajo, one.todo.alto)
            for one in self.series
        ]


class HistorySeries(Struct, frozen=True):
    puntos: Annotated[list[Count], Meta(max_length=1500)]


class Historia(Struct, frozen=True):
    desde: Label
    series: Annotated[list[HistorySeries], Meta(max_length=100)]


def seconds(text: str | None) -> float | None:
    """Raises InvalidAnswerError when *text* is no time."""
    if text is None:
        return None
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as error:
        raise InvalidAnswerError(f"no time: {text[:64]!r}") from error
