"""A connection of aio_pika's whose deliveries come in bulk, by aiormq's own TransportFactory."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Protocol

from aiormq.connection import TransportFactory
from aiormq.exceptions import AMQPConnectionError

from broker.delivery_stream import HEARTBEAT, DeliveryStream, Sink
from comun.broker_connection import BrokerConnection

# In one turn of the loop: 2 ms of work with small messages. More, and a process that gets little
# of a core can answer nobody in between.
READ_BYTES = 64 * 1024
ALIVE_SECONDS = 1.0


class BulkConnection(BrokerConnection):
    """As aio_pika's; but where `deliver` says so, a sink gets what aiormq would make a task of."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stream = DeliveryStream()
        self.kwargs["transport_factory"] = _Transports(self._stream)

    def deliver(self, channel: int, sink: Sink) -> None:
        """
        Hand the deliveries of this channel to *sink*, in order, from the next one on.

        Called before the channel consumes, it gets all of them. It must not raise.
        """
        self._stream.take(channel, sink)


class Address(Protocol):
    """What is asked of the URL that aiormq hands over."""

    @property
    def scheme(self) -> str: ...

    @property
    def host(self) -> str | None: ...

    @property
    def port(self) -> int | None: ...


class _Transports(TransportFactory):
    def __init__(self, stream: DeliveryStream) -> None:
        self._stream = stream

    async def create(
        self, url: Address, **more: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """As asyncio.open_connection. Raises AMQPConnectionError when nobody listens."""
        loop = asyncio.get_running_loop()
        encrypted = url.scheme == "amqps"
        tls = await more["ssl_context_provider"].get_context() if encrypted else None
        reader = asyncio.StreamReader(loop=loop)
        protocol = _Receiver(reader, loop, self._stream)
        try:
            transport, _same = await loop.create_connection(
                lambda: protocol, url.host or "", url.port or 0, ssl=tls
            )
        except OSError as error:
            raise AMQPConnectionError(*error.args) from error
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


class _Receiver(asyncio.StreamReaderProtocol, asyncio.BufferedProtocol):
    """Feeds the stream, and aiormq's reader what that lets pass."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        loop: asyncio.AbstractEventLoop,
        stream: DeliveryStream,
    ) -> None:
        super().__init__(reader, loop=loop)
        self._stream = stream
        self._buffer = memoryview(bytearray(READ_BYTES))
        self._alive_at = 0.0  # aiormq heard something then

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(self._buffer[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """An event loop that takes no notice of the buffer, as uvloop, calls this itself."""
        try:
            passed = self._stream.feed(data, time.time())
        except Exception as error:
            # The connection is lost with it, so that no acknowledgement covers what is missing.
            raise ConnectionError(f"a delivery could not be taken: {error!r}") from error
        now = time.monotonic()
        # A broker that delivers all the time sends no heartbeats, and aiormq waits for some.
        if not passed and now - self._alive_at > ALIVE_SECONDS:
            passed = HEARTBEAT
        if passed:
            self._alive_at = now
            super().data_received(passed)
