"""How each of the processes is that count into one store, and how they are as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from hdrh.histogram import HdrHistogram

from live.delay import Minute, whole
from live.queue_members import QueueMembers
from live.vitals import BrokerState, QueueDepth, Storing, Writing

# The state of one of them is that of all: the first of these that anyone has.
BROKER: tuple[BrokerState, ...] = ("conectado", "bloqueado", "reconectando")
STORE: tuple[Storing, ...] = ("ok", "en_pausa")
WRITING: tuple[Writing | None, ...] = ("ok", "bloqueada", "rechazada", None)


@dataclass(frozen=True, slots=True)
class Instance:
    """Of what `GET /reporte/estado` tells, what a process knows of itself."""

    broker: BrokerState
    desde: float
    almacen: Storing
    escritura: Writing | None
    cola: QueueDepth | None
    newest_counted: float | None
    dead_letters: int | None
    members: QueueMembers | None
    tasas: dict[str, float]
    minute: Minute

    def lag(self, now: float) -> float:
        """Seconds between the sending and the counting of messages; 0 when none waits."""
        nothing_waits = self.cola is None or self.cola.listos + self.cola.sin_ack == 0
        if nothing_waits or self.newest_counted is None:
            return 0.0
        return max(0.0, now - self.newest_counted)


class _Packed(msgspec.Struct, array_like=True):
    broker: BrokerState
    desde: float
    almacen: Storing
    escritura: Writing | None
    cola: QueueDepth | None
    newest_counted: float | None
    dead_letters: int | None
    members: QueueMembers | None
    tasas: dict[str, float]
    sketch: bytes
    mensajes: int
    antiguos: int


def packed(one: Instance) -> bytes:
    minute = one.minute
    return msgspec.msgpack.encode(
        _Packed(
            one.broker,
            one.desde,
            one.almacen,
            one.escritura,
            one.cola,
            one.newest_counted,
            one.dead_letters,
            one.members,
            one.tasas,
            minute.sketch.encode(),
            minute.mensajes,
            minute.antiguos,
        )
    )


def unpacked(told: bytes) -> Instance | None:
    """None for what another version of this program tells in another way."""
    try:
        one = msgspec.msgpack.decode(told, type=_Packed)
    except msgspec.MsgspecError:
        return None
    minute = Minute(HdrHistogram.decode(one.sketch), one.mensajes, one.antiguos)
    return Instance(
        one.broker,
        one.desde,
        one.almacen,
        one.escritura,
        one.cola,
        one.newest_counted,
        one.dead_letters,
        one.members,
        one.tasas,
        minute,
    )


def together(each: Sequence[Instance]) -> Instance:
    """As one: it is connected while one of them is, and does what all of them do."""
    if len(each) == 1:
        return each[0]
    broker = min((one.broker for one in each), key=BROKER.index)
    depths = [one.cola for one in each if one.cola]
    members = (one.members for one in each if one.members)
    return Instance(
        broker=broker,
        desde=min(one.desde for one in each if one.broker == broker),
        almacen=min((one.almacen for one in each), key=STORE.index),
        escritura=min((one.escritura for one in each), key=WRITING.index),
        cola=_depth(depths) if depths else None,
        newest_counted=max(one.newest_counted or 0.0 for one in each) or None,
        dead_letters=max((n for one in each if (n := one.dead_letters) is not None), default=None),
        members=min(members, key=lambda one: one.en_linea, default=None),
        tasas={k: sum(one.tasas[k] for one in each) for k in each[0].tasas},
        minute=whole(one.minute for one in each),
    )


def _depth(depths: Sequence[QueueDepth]) -> QueueDepth:
    """What waits, as it was looked at last, and what each of them has in hand."""
    last = max(depths, key=lambda depth: depth.medido)
    return last._replace(sin_ack=sum(depth.sin_ack for depth in depths))
