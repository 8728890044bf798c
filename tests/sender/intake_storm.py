"""
POSTs with an Idempotency-Key, each repeated until it is taken, while broker and intake go away.

`python tests/sender/intake_storm.py 100000` (PYTHONPATH=.:local:sender) prints what it saw.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.broker_stack import Broker
from tests.foreign_publisher import read, wait_for
from tests.sender.intake_service import Service, serving

CLIENTS = 7
WORKERS = 32
RETRY_SECONDS = 0.3  # sooner than Retry-After asks for: more retries is what is wanted here


@dataclass(slots=True)
class Storm:
    """What was done to *size* POSTs, and what they were answered; 0 is a lost connection."""

    size: int
    answers: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    done: int = 0

    @property
    def expected(self) -> dict[str, int]:
        return dict(Counter(client_of(number) for number in range(self.size)))


def client_of(number: int) -> str:
    return f"cliente_{number % CLIENTS}"


async def storm(service: Service, broker: Broker, size: int, rounds: int) -> Storm:
    """Send *size* events, one a request, while *rounds* times everything goes away in turn."""
    seen = Storm(size)
    numbers = iter(range(size))
    async with asyncio.TaskGroup() as tasks:
        for _ in range(WORKERS):
            tasks.create_task(_work(service, numbers, seen))
        tasks.create_task(_trouble(service, broker, seen, rounds))
    return seen


async def _trouble(service: Service, broker: Broker, seen: Storm, rounds: int) -> None:
    for number in range(3 * rounds):
        await _until_done(seen, seen.size * number // (3 * rounds) + seen.size // (6 * rounds))
        fault = (_broker_killed, _intake_killed, _broker_frozen)[number % 3]
        await asyncio.to_thread(fault, service, broker)
        seen.faults.append(fault.__name__.strip("_"))


async def _until_done(seen: Storm, count: int) -> None:
    while seen.done < count:  # noqa: ASYNC110 - the count rises a thousand times a second
        await asyncio.sleep(0.05)


def _broker_killed(service: Service, broker: Broker) -> None:
    broker.kill()
    time.sleep(1)
    broker.start()


def _intake_killed(service: Service, broker: Broker) -> None:
    service.entrada.kill()
    service.entrada.start()


def _broker_frozen(service: Service, broker: Broker) -> None:
    broker.pause()
    time.sleep(6)  # longer than the intake waits for a confirm
    broker.resume()


async def _work(service: Service, numbers: Iterator[int], seen: Storm) -> None:
    connection = Connection(service.port)
    for number in numbers:
        event = {"cliente": client_of(number), "evento": "compra", "metadata": number}
        while (status := await connection.post(json.dumps(event), f"storm-{number}")) != 202:
            assert status in (0, 503), f"answered {status}"
            seen.answers[status] += 1
            await asyncio.sleep(RETRY_SECONDS)
        seen.answers[status] += 1
        seen.done += 1
    connection.close()


class Connection:
    """One keep-alive connection, opened again when it was lost. httpx would take most of a core."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: str, key: str) -> int:
        """Return the status; 0 when the connection was lost before the answer."""
        try:
            async with asyncio.timeout(20):
                return await self._post(body, key)
        except (OSError, EOFError):
            self.close()
            return 0

    async def _post(self, body: str, key: str) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(
            f"POST /eventos HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: {key}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
        return int(head.split()[1])

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def run(
    size: int, rounds: int, broker: Broker, folder: Path
) -> tuple[Storm, Mapping[str, Any], dict[str, int]]:
    """Everything on a node that nobody else uses; returns what was seen, report and ledger."""
    with broker.virtual_host() as vhost, serving(vhost, folder) as service:
        vhost.wait_saved("cola_analiticas")
        seen = asyncio.run(storm(service, broker, size, rounds))
        wait_for(service.report_url, lambda r: r["total"] >= size, 60)
        time.sleep(1)  # for what should not come
        return seen, read(service.report_url), service.ledger()


def main() -> None:
    size = int(sys.argv[1])
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder)).at_work() as broker:
        seen, report, ledger = run(size, max(size // 20_000, 1), broker, Path(folder))
    right = report["clientes"] == seen.expected
    told = (
        f"{size} POSTs in {time.monotonic() - began:.0f} s; {dict(Counter(seen.faults))}",
        f"answers {dict(seen.answers)} (0: connection lost)",
        f"messages {ledger}",
        f"total {report['total']}, each counted once: {'yes' if right else 'NO'}",
    )
    print("\n".join(told))  # noqa: T201
    sys.exit(not right)


if __name__ == "__main__":
    main()
