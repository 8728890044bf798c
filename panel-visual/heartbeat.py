"""Tells viewers how fresh what they see is."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from frames import Latido, encode
from hub import Hub
from report_wire import Estado

EVERY = 5.0  # seconds


class Heartbeat:
    """Beats every 5 s, and at once when the state of the analytics, broker or store changes."""

    def __init__(self, hub: Hub, clock: Callable[[], float] = time.monotonic) -> None:
        self._hub, self._clock = hub, clock
        self._online = False
        self._estado: Estado | None = None
        self._answered: float | None = None  # by the clock, when the analytics last did
        self._changed = asyncio.Event()

    def answered(self) -> None:
        """The analytics answered: what is shown is as of now."""
        self._answered = self._clock()

    def turn(self, online: bool) -> None:
        if online != self._online:
            self._online = online
            self._changed.set()

    def tell(self, estado: Estado) -> None:
        before, self._estado = self._estado, estado
        if before is None or (before.broker, before.almacen) != (estado.broker, estado.almacen):
            self._changed.set()

    def age(self) -> float | None:
        """Seconds since the analytics last answered; None if they never did."""
        return None if self._answered is None else self._clock() - self._answered

    def payload(self) -> bytes:
        # The age comes from a clock that never jumps; only what it is subtracted from may.
        now, age = time.time(), self.age()
        datos_de = None if age is None else rfc3339(now - age)
        if not self._online or self._estado is None:
            return encode(Latido(analiticas="caida", datos_de=datos_de, ahora=rfc3339(now)))
        latido = Latido(
            analiticas="en_linea",
            datos_de=datos_de,
            ahora=rfc3339(now),
            cola=self._estado.cola,
            broker=self._estado.broker,
            almacen=self._estado.almacen,
            atraso_s=self._estado.atraso_s,
            tasas=self._estado.tasas,
        )
        return encode(latido)

    async def run(self) -> NoReturn:
        while True:
            self._changed.clear()
            await self._hub.beat(self.payload())
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._changed.wait()


def rfc3339(seconds: float) -> str:
    """Seconds since 1970 as `2026-11-24T07:00:00.123Z`."""
    moment = datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
