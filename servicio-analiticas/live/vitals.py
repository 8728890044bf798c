"""What this process knows of its connections: to the broker, and to the store."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from live.queue_members import QueueMembers

BrokerState = Literal["conectado", "reconectando", "bloqueado"]
Storing = Literal["ok", "en_pausa"]
Writing = Literal["ok", "bloqueada", "rechazada"]
"""Whether the broker takes what is published, holds it back in an alarm, or refuses all of it."""


class QueueDepth(NamedTuple):
    listos: int
    sin_ack: int
    medido: float  # seconds since 1970


@dataclass(slots=True)
class Vitals:
    """
    What `GET /reporte/estado` tells. Times are seconds since 1970.

    `broker` is settled by both connections: the one that consumes knows whether there is a broker,
    and only one that publishes hears of an alarm.
    """

    broker: BrokerState = "reconectando"
    desde: float = field(default_factory=time.time)
    almacen: Storing = "ok"
    cola: QueueDepth | None = None
    colas: Mapping[str, int] = field(default_factory=dict)  # of each, what waits to be delivered
    shards_seen: int = 1  # how many queues there are that events go to, or went to
    newest_counted: float | None = None  # when the newest message counted so far was sent
    refusals: int = 0  # how often the broker was found to refuse everything
    dead_letters: int | None = None  # wait in the broker to be set aside; None: not known
    members: QueueMembers | None = None  # None: not known
    copies: int = 0  # wait for us to set them aside
    _escritura: Writing | None = None

    @property
    def consuming(self) -> bool:
        return self.broker != "reconectando"

    def broker_is(self, state: Literal["conectado", "reconectando"]) -> None:
        """Told by the connection that consumes."""
        self._settle(state == "conectado")

    @property
    def escritura(self) -> Writing | None:
        """Whether the broker takes what is published; None while nobody knows."""
        return self._escritura

    @escritura.setter
    def escritura(self, state: Writing | None) -> None:
        self._escritura = state
        self._settle(self.consuming)

    def _settle(self, consuming: bool) -> None:
        held_up = self._escritura == "bloqueada"
        connected: BrokerState = "bloqueado" if held_up else "conectado"
        state = connected if consuming else "reconectando"
        if state != self.broker:
            self.broker, self.desde = state, time.time()
