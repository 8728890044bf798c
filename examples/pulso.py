"""
A client of Pulso, written from contracts/openapi.json and contracts/asyncapi.json alone.

    python pulso.py send|report|watch [http://127.0.0.1:8080]

`send` sends an event until it is safe, `report` reads the counts, `watch` follows them. Only the
last needs a package: websockets.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from http.client import HTTPException
from typing import Any, NamedTuple, NotRequired, TypedDict
from urllib.error import HTTPError
from urllib.request import Request, urlopen


class Event(TypedDict):
    cliente: str
    evento: NotRequired[str]
    timestamp: NotRequired[str | float]


class Receipt(TypedDict):
    aceptados: int
    mensajes: list[str]


class Counts(TypedDict):
    total: int
    clientes: dict[str, int]


class Wait(NamedTuple):
    """Seconds: `least` and a random part of `first`, later of `base` that doubles to `longest`."""

    least: float
    first: float
    base: float
    longest: float

    def seconds(self, failures: int) -> float:
        doubled = self.base * 2.0 ** min(failures, 99)
        spread = min(self.longest, doubled) if failures else self.first
        return self.least + random.uniform(0, spread)


LOST = Wait(0, 0, 0.5, 30)
WAITS = {  # by close code, or status of the handshake
    1012: Wait(0, 1, 0.5, 30),
    1013: Wait(5, 5, 5, 60),
    4008: Wait(1, 4, 4, 4),
    429: Wait(5, 5, 5, 60),
    503: Wait(5, 5, 5, 60),
}
FINAL_CODES = {1002, 1007, 1008, 1009}
FINAL_STATUSES = {400, 401, 403, 405, 421, 426}
DEAD_AFTER = 12  # seconds of silence


def send(origin: str, events: Sequence[Event]) -> Receipt:
    """Return what was answered, once *events* are safe; raises an error when they may be lost."""
    key = str(uuid.uuid4())  # one for all attempts: however often they arrive, they count once
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    request = Request(f"{origin}/eventos", json.dumps(events).encode(), headers)
    for attempt in range(30):  # two minutes in all, more or less
        try:
            with urlopen(request, timeout=20) as answer:
                receipt: Receipt = json.load(answer)
                return receipt
        except (OSError, HTTPException) as error:
            if attempt == 29 or is_final(error):
                raise
            print(f"{error}; trying again", file=sys.stderr, flush=True)
        time.sleep(random.uniform(0, min(0.1 * 2**attempt, 10)))
    raise AssertionError


def is_final(error: Exception) -> bool:
    """Whether it would be refused again. A 404 may be that of a proxy that is only starting."""
    if not isinstance(error, HTTPError):
        return False
    is_problem = error.headers.get_content_type() == "application/problem+json"
    return 400 <= error.code < 500 and error.code not in (408, 429, *(() if is_problem else (404,)))


def report(origin: str) -> Counts:
    with urlopen(f"{origin}/reporte", timeout=20) as answer:
        counts: Counts = json.load(answer)
        return counts


async def watch(origin: str) -> AsyncIterator[Counts]:
    """Yield the counts at each change, through any number of connections; raises the reason."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

    url, failures = f"ws{origin.removeprefix('http')}/panel/ws", 0
    while True:
        wait = LOST
        try:
            async with connect(url, compression=None) as socket:
                async for counts in states(socket):
                    failures = 0
                    yield counts
        except ConnectionClosed as error:
            code = error.rcvd.code if error.rcvd else 1006
            wait = WAITS.get(code, LOST)
            if code in FINAL_CODES:
                raise
        except InvalidStatus as error:
            wait = WAITS.get(error.response.status_code, LOST)
            if error.response.status_code in FINAL_STATUSES:
                raise
            print(error, file=sys.stderr, flush=True)
        except (OSError, InvalidHandshake) as error:  # nobody listens, or not long enough
            print(error, file=sys.stderr, flush=True)
        await asyncio.sleep(wait.seconds(failures))
        failures += 1


async def states(socket: Any) -> AsyncIterator[Counts]:
    """What one connection shows; ends with a gap, after which the next begins with everything."""
    state: dict[str, Any] = {}
    while True:
        message = json.loads(await asyncio.wait_for(socket.recv(), DEAD_AFTER))
        if message["tipo"] == "cambio":
            if (state.get("epoca"), state.get("version")) != (message["epoca"], message["previa"]):
                return
            merged = state["clientes"] | message["clientes"]
            message["clientes"] = {name: n for name, n in merged.items() if n is not None}
        elif message["tipo"] != "instantanea":
            continue
        state = message
        yield {"total": state["total"], "clientes": state["clientes"]}


async def show(origin: str) -> None:
    async for counts in watch(origin):
        print(json.dumps(counts, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    verb, there = sys.argv[1], (sys.argv[2:] or ["http://127.0.0.1:8080"])[0]
    try:
        if verb == "watch":
            asyncio.run(show(there))
        else:
            done = report(there) if verb == "report" else send(there, [{"cliente": "ejemplo"}])
            print(json.dumps(done, ensure_ascii=False))
    except KeyboardInterrupt:
        sys.exit(130)
