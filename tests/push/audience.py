"""Many viewers at once, each with its model, and what they measure."""

from __future__ import annotations

import asyncio
import random
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from types import TracebackType

from tests.push.machine import reset_on_close
from tests.push.raw_viewer import NO_CLOSE, Changed, Connection, Way, connect
from tests.push.viewer_model import Report, ViewerModel

AT_ONCE = 200  # connections on their way, where the test is not about a storm
SMALLEST_BUFFER = 4096


def abort(connection: Connection) -> None:
    """End it by a reset."""
    if not connection.transport.is_closing():
        reset_on_close(connection.socket)
        connection.transport.abort()


async def until(
    condition: Callable[[], object], seconds: float, what: str, every: float = 0.01
) -> float:
    """Look *every* so often until it holds, and return how long it took; fail after *seconds*."""
    clock = asyncio.get_running_loop().time
    start = clock()
    while not condition():
        assert clock() - start < seconds, f"not within {seconds} s: {what}"
        await asyncio.sleep(every)
    return clock() - start


class Audience:
    """
    Viewers that stay. Leaving the context resets their connections.

    At that moment each must have been told the truth all along.
    """

    def __init__(self, way: Way) -> None:
        self.way = way
        self.connections: list[Connection] = []

    async def __aenter__(self) -> Audience:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for connection in self.connections:
            abort(connection)
        await asyncio.sleep(0)
        if error is None:
            assert not self.complaints()

    def __len__(self) -> int:
        return len(self.connections)

    async def enter(
        self, size: int, changed: Changed | None = None, current: bool = True
    ) -> list[Connection]:
        """So many more come; return them when each has a snapshot, or at once."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def one() -> Connection:
            async with limit:
                return await connect(self.way, ViewerModel(), changed)

        come = await asyncio.gather(*(one() for _ in range(size)))
        self.connections += come
        if current:
            await until(lambda: all(c.model.in_place for c in come), 30, "a snapshot for everyone")
        return come

    async def enter_deaf(self, size: int) -> list[Connection]:
        """So many come that never read a byte, with the smallest buffer that the kernel allows."""
        loop = asyncio.get_running_loop()
        come = []
        for _ in range(size):
            small = socket.socket()
            small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALLEST_BUFFER)
            small.setblocking(False)
            await loop.sock_connect(small, ("127.0.0.1", self.way.port))
            _, deaf = await loop.create_connection(
                lambda: Connection(self.way, ViewerModel()), sock=small
            )
            deaf.transport.pause_reading()
            come.append(deaf)
        self.connections += come
        return come

    def complaints(self) -> list[str]:
        return [text for c in self.connections for text in c.model.complaints][:5]


def show(viewers: Iterable[Connection], report: Report) -> bool:
    """Whether each of them shows exactly this report."""
    return all(viewer.model.shown.report == report for viewer in viewers)


def show_all(viewers: Iterable[Returning], report: Report) -> bool:
    """Whether each of them shows exactly this report."""
    return all(viewer.model.shown.report == report for viewer in viewers)


class Returning:
    """A viewer that comes back as docs/websocket.md asks, and what it met on its way."""

    def __init__(self, way: Way, rng: random.Random) -> None:
        self.way, self._rng = way, rng
        self.model = ViewerModel()
        self.connection: Connection | None = None
        self.refusals: list[tuple[float, int]] = []  # when it began, and the status it got
        self.codes: Counter[int] = Counter()
        self.back_at = 0.0  # when it last got a snapshot on a new connection

    @property
    def current(self) -> bool:
        return self.connection is not None and self.model.in_place

    async def stay(self) -> None:
        """Watch until cancelled."""
        attempt = 0
        while True:
            code, self.back_at = NO_CLOSE, 0.0
            try:
                self.connection = await connect(self.way, self.model, self._changed)
            except OSError:
                pass
            else:
                code = await self._watch(self.connection)
                attempt = 0 if self.model.in_place else attempt
            self.connection, self.model.in_place = None, False
            await asyncio.sleep(wait_before(code, attempt, self._rng))
            attempt += 1

    async def _watch(self, connection: Connection) -> int:
        try:
            await connection.ended
        finally:
            abort(connection)
        if connection.status not in (0, 101):
            self.refusals.append((connection.began, connection.status))
        self.codes[connection.close_code] += 1
        return connection.close_code

    def _changed(self, before: int, now: int) -> None:
        if not self.back_at and self.model.in_place:
            self.back_at = asyncio.get_running_loop().time()


def wait_before(code: int, attempt: int, rng: random.Random) -> float:
    """Return how long docs/websocket.md asks to wait; *attempt* counts failures in a row from 0."""
    if code == 4008:
        return rng.uniform(1, 5)
    if code == 1013:
        return min(rng.uniform(5, 10) * 2.0**attempt, 60)
    if code == NO_CLOSE:
        return rng.uniform(0, min(2.0 ** (attempt - 2), 30)) if attempt else 0
    return rng.uniform(0, min(2.0**attempt, 30))
