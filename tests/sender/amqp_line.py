from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.broker_stack import Broker


class Line:
    """
    The line between a publisher and the broker, for tests that disturb it.

    `deaf` withholds what the broker says. `breaks_after` gives, for one connection after the
    other, how many answers of the broker pass before both ends are closed; then lines hold.
    """

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._ends: list[asyncio.StreamWriter] = []
        self.port = 0
        self.deaf = False
        self.breaks_after: list[int] = []

    async def connect(
        self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        host, port = self._broker.host, self._broker.port
        from_broker, to_broker = await asyncio.open_connection(host, port)
        self._ends += [to_client, to_broker]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._say(from_client, to_broker))
            tasks.create_task(self._answer(from_broker, to_client))

    def cut(self) -> None:
        """Close both ends of every connection."""
        while self._ends:
            self._ends.pop().close()

    async def _say(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                sink.write(data)
        sink.close()

    async def _answer(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        answers_left = self.breaks_after.pop(0) if self.breaks_after else None
        with suppress(ConnectionError):
            while data := await source.read(65536):
                if not self.deaf:
                    sink.write(data)
                if answers_left is not None:
                    answers_left -= 1
                if answers_left == 0:
                    self.cut()
                    return
        sink.close()


@asynccontextmanager
async def disturbed_line(broker: Broker) -> AsyncIterator[Line]:
    line = Line(broker)
    server = await asyncio.start_server(line.connect, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    async with server:
        yield line
    line.cut()
