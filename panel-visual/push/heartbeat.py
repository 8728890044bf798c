"""Tells viewers how fresh what they see is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

import msgspec

from comun.wire_time import rfc3339
from messages.frames import Instances, Latido, encode
from messages.report_wire import Estado
from push.hub import Hub

EVERY = 5.0  # seconds
EVERY_BEHIND = 1.0  # while the queue is worked off: viewers watch it shrink
BEHIND = 3.0  # seconds from sending to counting


class Heartbeat:
    """
    Beats every 5 s, every second while the analytics are catching up, and at once when the state
    of analytics, broker or store changes.
    """

    def __init__(
        self, hub: Hub, clock: Callable[[], float] = time.monotonic, analytics: int = 1
    ) -> None:
        """*analytics*: how many should be there."""
        self._hub, self._clock, self.analytics = hub, clock, analytics
        self._online = False
        self._estado: Estado | None = None
        self._answered: float | None = None  # by the clock, when the analytics last did
        self._changed = asyncio.Event()

    @property
    def online(self) -> bool:
        """Whether the analytics answer."""
        return self._online

    def answered(self, ago: float = 0.0) -> None:
        """The analytics answered so many seconds ago: what is shown is as of then."""
        self._answered = self._clock() - ago

    def turn(self, online: bool) -> None:
        if online != self._online:
            self._online = online
            self._changed.set()

    def tell(self, estado: Estado) -> None:
        before, self._estado = self._estado, estado
        if before is None or _state(before) != _state(estado):
            self._changed.set()

    def age(self) -> float | None:
        """Seconds since the analytics last answered; None if they never did."""
        return None if self._answered is None else self._clock() - self._answered

    def payload(self) -> bytes:
        # The age comes from a clock that never jumps; only what it is subtracted from may.
        now, age = time.time(), self.age()
        known: dict[str, Any] = {
            "datos_de": None if age is None else rfc3339(now - age),
            "ahora": rfc3339(now),
            "espectadores": len(self._hub),
        }
        if not self._online or self._estado is None:
            return encode(Latido(analiticas="caida", **known))
        estado = msgspec.structs.asdict(self._estado)
        estado["instancias"] = self._instances(self._estado)
        return encode(Latido(analiticas="en_linea", **known, **estado))

    def _instances(self, estado: Estado) -> Instances | None:
        """They tell each other by the store: while that is away, nobody knows of the others."""
        running = estado.instancias
        if running is None or (self.analytics > 1 and estado.almacen != "ok"):
            return None
        return Instances(max(running, self.analytics), running)

    async def run(self) -> NoReturn:
        while True:
            self._changed.clear()
            await self._hub.beat(self.payload())
            with suppress(TimeoutError):
                behind = self._online and self._estado is not None and is_behind(self._estado)
                async with asyncio.timeout(EVERY_BEHIND if behind else EVERY):
                    await self._changed.wait()


def is_behind(estado: Estado) -> bool:
    """Is what is counted now something of a while ago, with more waiting?"""
    waiting = estado.cola is not None and estado.cola.listos + estado.cola.sin_ack > 0
    return waiting and estado.atraso_s >= BEHIND


def _state(estado: Estado) -> tuple[object, ...]:
    parts = estado.instancias, estado.miembros
    return estado.broker, estado.almacen, estado.escritura, is_behind(estado), parts
