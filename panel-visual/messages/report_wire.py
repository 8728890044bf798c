"""What the panel reads from the analytics: `GET /reporte` and `GET /reporte/estado`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from comun.service_answer import Count, Label, Name


class OtherClients(Struct, frozen=True):
    clientes: Count
    total: Count


class OtherEvents(Struct, frozen=True):
    tipos: Count
    total: Count


class Counts(Struct, frozen=True, kw_only=True):
    """What a report and the messages to viewers have in common."""

    epoca: Annotated[str, Meta(min_length=1, max_length=64)]
    version: Count
    generado: Label
    total: Count
    otros: OtherClients
    eventos: Annotated[dict[Name, Count], Meta(max_length=100)]
    otros_eventos: OtherEvents
    rechazados: Count
    duplicados: Count
    conflictos: Count


class Reporte(Counts, frozen=True, kw_only=True):
    clientes: Annotated[dict[Name, Count], Meta(max_length=1000)]

    def __post_init__(self) -> None:
        for part, listed, rest in (
            ("clientes", self.clientes, self.otros.total),
            ("eventos", self.eventos, self.otros_eventos.total),
        ):
            if (found := sum(listed.values()) + rest) != self.total:
                raise ValueError(f"total is {self.total}, but {part} and the rest make {found}")


class Depth(Struct, frozen=True):
    listos: Count
    sin_ack: Count


class Retraso(Struct, frozen=True):
    """
    From an event's time to its commit, over the last minute, in seconds; null without events.

    `antiguos`: messages that tell of long ago, and are in none of it.
    """

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    mensajes: Count = 0
    antiguos: Count = 0


class FutureOfClient(Struct, frozen=True):
    cliente: Name
    eventos: Count
    ultimo: Label
    adelanto_s: int
    motivo: Label


class Futuros(Struct, frozen=True):
    """Events dated in the future: counted, and in no history."""

    total: Count
    ultimo: Label | None
    clientes: Annotated[list[FutureOfClient], Meta(max_length=20)]
    otros: Count


class Apartados(Struct, frozen=True):
    """Messages that the broker set aside by itself, by its reason."""

    total: Count
    por_motivo: Annotated[dict[Label, Count], Meta(max_length=16)]


class PorApartar(Struct, frozen=True):
    """Messages that wait to be set aside, inside the broker (null: not known) and by us."""

    broker: Count | None
    propios: Count


class Members(Struct, frozen=True):
    """The broker's nodes that hold the queue."""

    total: Count
    en_linea: Count
    bastan: bool


class Estado(Struct, frozen=True, kw_only=True):
    broker: Label
    almacen: Label
    cola: Depth | None
    atraso_s: float
    tasas: Annotated[dict[Label, float], Meta(max_length=8)]
    desde: Label | None = None
    ultimo_commit: Label | None = None
    retraso: Retraso | None = None
    futuros: Futuros | None = None
    escritura: Label | None = None
    apartados: Apartados | None = None
    por_apartar: PorApartar | None = None
    instancias: Count | None = None
    miembros: Members | None = None
