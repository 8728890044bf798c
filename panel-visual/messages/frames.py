"""The messages of `/panel/ws` (docs/websocket.md)."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from comun.service_answer import Count
from messages.report_wire import Apartados, Counts, Depth, Futuros, Members, PorApartar, Retraso

MAX_PAYLOAD = 64 * 1024 - 16  # a frame's header takes up to 10 bytes more


class Instantanea(Counts, frozen=True, kw_only=True, tag_field="tipo", tag="instantanea"):
    """All that a viewer shows: each of them holds exactly this after every message."""

    clientes: dict[str, int]


class Cambio(Counts, frozen=True, kw_only=True, tag_field="tipo", tag="cambio"):
    """What turns the snapshot of version `previa` into that of `version`."""

    previa: int
    clientes: dict[str, int | None]


class Instances(Struct, frozen=True):
    """Analytics that count together: those that this panel knows of, and those that run."""

    total: Count
    en_linea: Count


class Latido(Struct, frozen=True, kw_only=True, tag_field="tipo", tag="latido"):
    """What moves by itself. While the analytics are away, only the first four are known."""

    analiticas: Literal["en_linea", "caida"]
    datos_de: str | None
    ahora: str
    espectadores: int
    cola: Depth | None = None
    broker: str | None = None
    almacen: str | None = None
    atraso_s: float | None = None
    tasas: dict[str, float] | None = None
    desde: str | None = None
    ultimo_commit: str | None = None
    retraso: Retraso | None = None
    futuros: Futuros | None = None
    escritura: str | None = None
    apartados: Apartados | None = None
    por_apartar: PorApartar | None = None
    miembros: Members | None = None
    instancias: Instances | None = None


def encode(message: Instantanea | Cambio | Latido) -> bytes:
    return msgspec.json.encode(message)


def change_between(previous: Instantanea, current: Instantanea) -> Cambio:
    """Return the change from one snapshot to another of the same epoca."""
    clientes: dict[str, int | None] = {
        name: count
        for name, count in current.clientes.items()
        if previous.clientes.get(name) != count
    }
    clientes.update((name, None) for name in previous.clientes if name not in current.clientes)
    fields = msgspec.structs.asdict(current) | {"clientes": clientes}
    return Cambio(**fields, previa=previous.version)
