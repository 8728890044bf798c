"""
One connection to the broker with one confirming channel, from its opening until it is lost.

`aio_pika.connect_robust` is not used: it retries at a fixed pace and never replays a publish,
so the publisher needs its own loop anyway, and one loop is easier to reason about than two.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aio_pika
import aiormq
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange

from comun.broker_connection import BrokerConnection
from publishing.broker_errors import BrokerAwayError, away, broker_errors
from publishing.delivery_status import Trouble
from publishing.node_connection import Broker, connect
from publishing.outbox import Message
from publishing.packing import packed

__all__ = ["EXCHANGE", "FANOUT", "Broker", "Link", "connected"]

EXCHANGE, FANOUT = "eventos_clientes", aio_pika.ExchangeType.FANOUT
OPEN_TIMEOUT = 10.0
PUBLISH_TIMEOUT = 15.0  # above the heartbeat, as RabbitMQ's publisher guide asks
CLOSE_TIMEOUT = 2.0
NEW_SECONDS = 20.0  # while messages may come back because the broker is new


class Link:
    def __init__(self, connection: AbstractConnection, exchange: AbstractExchange) -> None:
        self._connection, self._exchange = connection, exchange
        self._returned_since: float | None = None
        self._unroutable: tuple[Trouble, str] | None = None
        self._asking = asyncio.Lock()  # a whole window of messages may come back at once
        self._lost: asyncio.Future[BrokerAwayError] = asyncio.get_running_loop().create_future()

    async def publish(self, message: Message) -> tuple[Trouble, str] | None:
        """
        Return once the broker has *message* safe; or why it did not take it, to try again later.

        Raises BrokerAwayError when there was no answer. Not to be called with an id that is
        still in flight here.
        """
        with broker_errors():
            try:
                await self._exchange.publish(
                    _amqp(message), routing_key="", mandatory=True, timeout=PUBLISH_TIMEOUT
                )
            except aiormq.PublishError:
                return await self._returned()
            except aiormq.DeliveryError as error:
                return Trouble.REFUSED, error.frame.name
        self._returned_since = None
        return None

    async def _returned(self) -> tuple[Trouble, str]:
        """
        Asks only when it goes on: most accounts may not, and the refusal is an error in the
        broker's log, while a new broker has a queue within a few seconds.
        """
        now = asyncio.get_running_loop().time()
        if self._returned_since is None:
            self._returned_since = now
        if now - self._returned_since < NEW_SECONDS:
            return Trouble.UNROUTABLE, "returned"
        async with self._asking:
            self._unroutable = self._unroutable or await self._why_unroutable()
        return self._unroutable

    async def _why_unroutable(self) -> tuple[Trouble, str]:
        """No queue is bound, or the exchange is no fanout: told to those who may declare it."""
        async with asyncio.timeout(OPEN_TIMEOUT):
            channel = await self._connection.channel(publisher_confirms=False)
            try:
                await channel.declare_exchange(EXCHANGE, FANOUT, durable=True)
                await channel.close()
            except aiormq.ChannelPreconditionFailed as other:
                return Trouble.MISMATCH, str(other)
            except aiormq.ChannelAccessRefused:
                pass
        return Trouble.UNROUTABLE, "returned"

    def lose(self, error: BrokerAwayError) -> None:
        if not self._lost.done():
            self._lost.set_result(error)

    async def until_lost(self) -> None:
        """Raises BrokerAwayError, sooner or later."""
        raise await self._lost


@asynccontextmanager
async def connected(broker: Broker) -> AsyncIterator[Link]:
    """Open a link, and close it at the end. Raises BrokerAwayError when that fails."""
    connection = await connect(broker)
    try:
        with broker_errors():
            async with asyncio.timeout(OPEN_TIMEOUT):
                link = await _open(connection)
        yield link
    finally:
        await _close(connection)


async def _open(connection: AbstractConnection) -> Link:
    channel, exchange = await _exchange(connection)
    link = Link(connection, exchange)

    def lost(_: object, why: BaseException | None) -> None:
        link.lose(away(why))

    connection.close_callbacks.add(lost)
    channel.close_callbacks.add(lost)
    return link


async def _exchange(connection: AbstractConnection) -> tuple[AbstractChannel, AbstractExchange]:
    """
    Return a confirming channel, and the exchange: found or, where there is none yet, declared.

    Looked for first: most accounts may not declare it, and each try would be an error in the
    broker's log.
    """
    channel = await _confirming(connection)
    try:
        return channel, await channel.get_exchange(EXCHANGE)
    except aiormq.ChannelNotFoundEntity as missing:  # which closes the channel
        channel = await _confirming(connection)
        try:
            return channel, await channel.declare_exchange(EXCHANGE, FANOUT, durable=True)
        except aiormq.ChannelAccessRefused:
            raise missing from None


async def _confirming(connection: AbstractConnection) -> AbstractChannel:
    return await connection.channel(publisher_confirms=True, on_return_raises=True)


async def _close(connection: BrokerConnection) -> None:
    with suppress(BrokerAwayError), broker_errors():
        await connection.close_within(CLOSE_TIMEOUT)


def _amqp(message: Message) -> aio_pika.Message:
    body, encoding = packed(message.body)
    return aio_pika.Message(
        body,
        message_id=message.id,
        timestamp=datetime.datetime.fromtimestamp(message.accepted_at, tz=datetime.UTC),
        headers=None if message.client is None else {"X-Client-Name": message.client},
        content_type="application/json",
        content_encoding=encoding,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
