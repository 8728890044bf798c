"""How long after its cause each kind of alert is told, beyond the rule's own window."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx

from alert_receivers import FIRES, OVER, PATIENCE, Delay, Receivers, Told, receivers
from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import publish
from tests.stack import HTTP, Part

MOST_SECONDS = 2.0  # beyond the window
WINDOW = 10  # seconds
RULES = {
    "above": f"tipo: umbral, cliente: much, encima: 20, ventana: {WINDOW}s",
    "type": f"tipo: umbral, evento: clic, encima: 20, ventana: {WINDOW}s",
    "below": f"tipo: umbral, cliente: little, debajo: 1, ventana: {WINDOW}s",
    "silence": f"tipo: silencio, cliente: silent, tras: {WINDOW}s",
    "rejected": f"tipo: rechazados, encima: 2, ventana: {WINDOW}s",
    "duplicates": f"tipo: duplicados, encima: 2, ventana: {WINDOW}s",
    "stale": f"tipo: datos, tras: {WINDOW}s",
    "paused": f"tipo: pausa, tras: {WINDOW}s",
    "backlog": f"tipo: cola, encima: 5, tras: {WINDOW}s",
    "rhythm": "tipo: silencio, cliente: clock",
    "band": "tipo: banda, cliente: steady",
}
USUAL = ("rhythm", "band")
BAND_WINDOW = 120.0  # seconds, without one in the rule
BAND_LATE = 14.0  # it is asked for every ten seconds, two seconds late
WEEKS, EVERY, AT_ONCE = 4, 20, 5000  # weeks, seconds between two events, events in a message
SPIKE = 120
SETTLING = 30.0  # seconds for all of that to be counted


class Delays:
    """A chain with one rule of each kind, each with a channel of its own."""

    def __init__(self, chain: Chain, receivers: Receivers) -> None:
        self._chain, self._told = chain, Told(receivers)
        self._estado = f"http://127.0.0.1:{chain.routes.reporte_port}/reporte/estado"

    @property
    def found(self) -> list[Delay]:
        return self._told.delays

    async def begin(self) -> None:
        """Windows begin with a first reading of who is watched."""
        names = ("much", "little", "silent")
        events = [{"cliente": name, "evento": "clic"} for name in names]
        await publish(self._chain.vhost, events)
        while self._alerts()["vigilados"] < len(names):  # noqa: ASYNC110 - it is elsewhere
            await asyncio.sleep(0.1)

    async def traffic(self) -> None:
        """Much at once, then nothing, then one event."""
        wait, vhost = self._told.wait, self._chain.vhost
        begin = time.time()
        much = [{"cliente": "much", "evento": "clic"}] * 30
        await publish(vhost, [*much, {"cliente": "little"}, {"cliente": "silent"}])
        await asyncio.gather(*(publish(vhost, b"nonsense") for _ in range(4)))
        copies = (publish(vhost, {"cliente": "much"}, f"{begin}") for _ in range(5))
        await asyncio.gather(*copies)
        sudden = ("above", "type", "rejected", "duplicates")
        await asyncio.gather(
            *(wait(rule, FIRES, begin, 0) for rule in sudden),
            *(wait(rule, OVER, begin, WINDOW) for rule in sudden),
            *(wait(rule, FIRES, begin, WINDOW) for rule in ("silence", "below")),
        )
        end = time.time()
        await publish(vhost, [{"cliente": "little"}, {"cliente": "silent"}])
        await asyncio.gather(*(wait(rule, OVER, end, 0) for rule in ("silence", "below")))

    async def outage(self, begin_it: Callable[[], None], end_it: Callable[[], None]) -> None:
        """Of the analytics."""
        begin = time.time()
        await asyncio.to_thread(begin_it)
        await self._told.wait("stale", FIRES, begin, WINDOW)
        await asyncio.to_thread(end_it)
        end = await self._once(lambda status: status["broker"] == "conectado")
        await self._told.wait("stale", OVER, end, 0)

    async def locked_store(self) -> None:
        with closing(sqlite3.connect(self._chain.store_path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            for _ in range(8):
                await publish(self._chain.vhost, {"cliente": "much"})
            paused = await self._once(lambda status: status["almacen"] == "en_pausa")
            full = await self._once(lambda status: waiting(status) > 5)
            await asyncio.gather(
                self._told.wait("paused", FIRES, paused, WINDOW),
                self._told.wait("backlog", FIRES, full, WINDOW),
            )
            other.execute("ROLLBACK")
        empty = await self._once(lambda status: waiting(status) <= 5)
        written = await self._once(lambda status: status["almacen"] == "ok")
        await asyncio.gather(
            self._told.wait("paused", OVER, written, 0),
            self._told.wait("backlog", OVER, empty, 0),
        )

    async def usual(self, service: Part) -> None:
        """Against weeks of history: a spike, and a client that stops."""
        now = int(time.time())
        for name in ("steady", "clock"):
            moments = range(now - WEEKS * 7 * 86_400, now, EVERY)
            for i in range(0, len(moments), AT_ONCE):
                part = moments[i : i + AT_ONCE]
                events = [{"cliente": name, "timestamp": at} for at in part]
                await publish(self._chain.vhost, events)
        await asyncio.to_thread(service.start)
        while not self._knows_one():  # noqa: ASYNC110 - it is elsewhere
            await asyncio.sleep(0.1)
        current = now + BAND_WINDOW + SETTLING
        await asyncio.sleep(max(0.0, current - time.time()))  # no window with an outage is judged
        begin = time.time()
        await publish(self._chain.vhost, [{"cliente": "steady"}] * SPIKE + [{"cliente": "clock"}])
        await asyncio.gather(self._rhythm(begin), self._band(begin))

    def _knows_one(self) -> bool:
        """The client whose rhythm is wanted; nobody asks for the other's."""
        told = self._alerts()
        return bool(told["vigilados"] == 2 and told["aprendiendo"] == 1)

    async def _band(self, begin: float) -> None:
        await self._told.wait("band", FIRES, begin, BAND_WINDOW)
        await self._told.wait("band", OVER, begin, BAND_WINDOW)

    async def _rhythm(self, begin: float) -> None:
        """Its alert says how long it waited."""
        await self._told.wait("rhythm", FIRES, begin, 0)
        (alert,) = [each for each in self._alerts()["activos"] if each["regla"] == "rhythm"]
        limit = alert["limite"]
        self.found[:] = (
            each._replace(seconds=each.seconds - limit) if each.what == "rhythm" else each
            for each in self.found
        )
        end = time.time()
        await publish(self._chain.vhost, {"cliente": "clock"})
        await self._told.wait("rhythm", OVER, end, 0)

    def _alerts(self) -> dict[str, Any]:
        told: dict[str, Any] = HTTP.get(self._chain.alerts_url, timeout=10).json()
        return told

    async def _once(self, true: Callable[[dict[str, Any]], bool]) -> float:
        """When the analytics first say so."""
        end = time.time() + PATIENCE
        while time.time() < end:
            with suppress(httpx.HTTPError):
                if true(HTTP.get(self._estado, timeout=2).json()):
                    return time.time()
            await asyncio.sleep(0.02)
        raise TimeoutError(f"{self._estado} never said so")


def waiting(status: dict[str, Any]) -> int:
    queue = status["cola"]
    return int(queue["listos"] + queue["sin_ack"]) if queue else 0


def rules_of(*names: str) -> str:
    """The file of these rules; each tells a channel of its own, so that none waits for another."""
    channels = "".join(f"  - {{nombre: {name}, agrupar: 1s}}\n" for name in names)
    rules = "".join(f"  - {{nombre: {n}, {RULES[n]}, canales: [{n}]}}\n" for n in names)
    return f"gracia: 1s\nidioma: en\ncanales:\n{channels}reglas:\n{rules}"


async def measure_delays(vhost: VirtualHost, folder: Path, turns: int) -> list[Delay]:
    """Of every rule but the two that know what is usual."""
    names = [name for name in RULES if name not in USUAL]
    with receivers(folder) as told:
        chain = Chain(vhost, folder)
        chain.add_alerts(rules_of(*names), channels_of(names, told))
        analytics = chain.parts["servicio-analiticas"]
        with chain.at_work():
            delays = Delays(chain, told)
            await delays.begin()
            for _ in range(turns):
                await delays.traffic()
                await delays.outage(analytics.kill, analytics.start)
                await delays.outage(analytics.pause, analytics.resume)
                await delays.locked_store()
    return delays.found


async def measure_usual(vhost: VirtualHost, folder: Path) -> list[Delay]:
    with receivers(folder) as told:
        chain = Chain(vhost, folder)
        service = chain.add_alerts(rules_of(*USUAL), channels_of(USUAL, told))
        analytics = chain.parts["servicio-analiticas"]
        try:
            analytics.start()
            delays = Delays(chain, told)
            await delays.usual(service)
        finally:
            service.kill()
            analytics.kill()
    return delays.found


def channels_of(names: Iterable[str], told: Receivers) -> str:
    addresses = f"[{told.web.address}, '{told.mail.address}']"
    channels = "".join(f"{name}: {addresses}\n" for name in names)
    return f"{channels}alertmanager: {told.alertmanager}\n"


def report(delays: Iterable[Delay]) -> bool:
    """Print how long each kind took at most; return whether none took too long."""
    by_kind: dict[tuple[str, str, str], list[float]] = {}
    for each in delays:
        by_kind.setdefault((each.what, each.phase, each.receiver), []).append(each.seconds)
    right = True
    print("seconds from the end of the window to the receiver; less than none is before it")
    for (what, phase, receiver), found in by_kind.items():
        most = BAND_LATE if (what, phase) == ("band", OVER) else MOST_SECONDS
        right &= max(found) <= most
        print(
            f"{what:12} {phase:9} {receiver:12} {statistics.median(found):6.2f} median"
            f" {max(found):6.2f} at most, target {most}"
        )
    return right
