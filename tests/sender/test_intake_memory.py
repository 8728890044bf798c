"""What the intake holds in memory while many send much at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.broker_stack import VirtualHost
from tests.sender.delivery import BoundQueue
from tests.sender.intake_service import Service

LINES = b'{"cliente":"a","metadata":"%b"}\n' % (b"x" * 900) * 2000
FEW_LINES = LINES[: len(LINES) // 10]


@pytest.fixture
def service(vhost: VirtualHost, tmp_path: Path) -> Iterator[Service]:
    """The intake alone: a queue takes what it sends, and nobody counts it."""
    asyncio.run(BoundQueue(vhost).declare())
    service = Service(vhost, tmp_path, {})
    try:
        service.entrada.start()
        yield service
    finally:
        service.entrada.kill()


def test_many_large_requests_at_once(service: Service) -> None:
    """Some of 200 are taken, some told to come back; it grows by less than 80 MB."""
    before = resident(service.entrada.pid)

    answers = asyncio.run(flood(service.port, 200, LINES))

    grown = peak(service.entrada.pid) - before
    assert set(answers) <= {b"200", b"503", b""}
    assert answers.count(b"200") >= 1
    assert answers.count(b"503") >= 1
    assert grown < 80_000, f"{grown} KB more"
    assert service.post({"cliente": "b"}).status_code == 202


def test_clients_that_have_gone_hold_nothing(service: Service) -> None:
    """Twice more clients than may be connected at once: whoever comes then is served."""
    pid = service.entrada.pid
    before = sockets(pid)
    for _ in range(5):
        service.post({"cliente": "b"})
    within(5, lambda: sockets(pid) <= before)

    for _ in range(2):
        asyncio.run(flood(service.port, 600, FEW_LINES))
        within(5, lambda: sockets(pid) <= before)

    assert service.post({"cliente": "b"}).status_code == 202


async def flood(port: int, size: int, lines: bytes) -> list[bytes]:
    return await asyncio.gather(*(ask(port, lines) for _ in range(size)))


async def ask(port: int, lines: bytes) -> bytes:
    """The status of one request, empty for none."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(40):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = "POST /eventos HTTP/1.1\r\nHost: localhost\r\n"
            head += "Content-Type: application/x-ndjson\r\n"
            writer.write(f"{head}Content-Length: {len(lines)}\r\n\r\n".encode() + lines)
            line = await reader.readline()
            writer.close()
            return line[9:12]
    return b""


def within(seconds: float, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def sockets(pid: int) -> int:
    found = 0
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found += descriptor.readlink().name.startswith("socket:")
    return found


def resident(pid: int) -> int:
    return _status(pid, "VmRSS:")


def peak(pid: int) -> int:
    return _status(pid, "VmHWM:")


def _status(pid: int, field: str) -> int:
    """In KB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))
