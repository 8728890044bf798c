"""Which client does what."""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass

from carga.sending.clients import clients_of
from carga.sending.event_stream import EventStream
from carga.wire.messages import Crowd

TYPES = ("compra", "clic", "visita", "registro", "abandono")
SEED = 20261124
MADE, AT_ONCE = 1_000_000, 1_000


@dataclass(frozen=True, slots=True)
class Mix:
    """*clients* names with five event types; equally often, or by Zipf's law with *exponent*."""

    clients: int
    exponent: float = 0.0

    def __str__(self) -> str:
        law = f", Zipf {self.exponent:g}" if self.exponent else ""
        return f"{self.clients:,} clients{law}"

    @property
    def crowd(self) -> Crowd:
        return Crowd(SEED, self.clients, self.exponent)

    def making_ns(self) -> float:
        """What an event's body costs the generator, alone on a core."""
        stream = EventStream(SEED, 0, clients_of(self.crowd), TYPES)
        stream.draw(MADE)
        began = time.process_time_ns()
        for _ in range(MADE // AT_ONCE):
            stream.take(AT_ONCE, datetime.datetime.now(datetime.UTC))
        return (time.process_time_ns() - began) / MADE
