"""A connection to the broker, and how a session on it is begun again until somebody stops."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import aio_pika
import aiormq

from analytics_settings import Settings
from broker.amqp_errors import (
    SessionLostError,
    UntrustedError,
    broker_errors,
    cancelled_by_us,
    is_silence,
)
from broker.delivery_transport import BulkConnection
from comun.broker_connection import BrokerConnection
from comun.broker_nodes import BrokerNode, encryption_failure, in_random_order, trust
from comun.waiting import set_within

HEARTBEAT = 10  # seconds; a frozen broker is noticed after about three of them
CONNECT_TIMEOUT = 10.0  # for each node
CLOSE_TIMEOUT = 3.0
FIRST_RETRY_DELAY = 0.25
MAX_RETRY_DELAY = 5.0
MAX_DOUBLINGS = 9  # further ones would change no delay


async def connect(settings: Settings, name: str) -> BulkConnection:
    """
    Connect to one of the broker's nodes: they are tried in random order.

    Where none will have us, what one of them said is raised rather than another one's silence.
    """
    errors: list[BaseException] = []
    for node in in_random_order(settings.nodes):
        try:
            with broker_errors():
                return await _connect_to(node, settings, name)
        except SessionLostError as lost:
            errors.append(lost.__cause__ or lost)
    raise next((error for error in errors if not is_silence(error)), errors[-1])


async def _connect_to(node: BrokerNode, settings: Settings, name: str) -> BulkConnection:
    authorities = settings.rabbitmq_tls_ca
    try:
        return await aio_pika.connect(
            host=node.host,
            port=node.port,
            login=settings.rabbitmq_user,
            password=settings.rabbitmq_password,
            virtualhost=settings.rabbitmq_vhost,
            ssl=bool(authorities),
            ssl_context=trust(authorities) if authorities else None,
            heartbeat=HEARTBEAT,
            timeout=CONNECT_TIMEOUT,
            client_properties={"connection_name": name},
            connection_class=BulkConnection,
        )
    except aiormq.AMQPConnectionError as error:
        if told := encryption_failure(node, error.__cause__):
            raise UntrustedError(told) from error
        raise


async def close(connection: BrokerConnection) -> None:
    """What is unacknowledged goes back to the queue, whether this ends well or not."""
    try:
        with broker_errors():
            await connection.close_within(CLOSE_TIMEOUT)
    except SessionLostError:
        return


class Retries:
    """
    Sessions one after the other, until `stopping` is set.

    Between a lost one and the next lies a random delay with exponential backoff ("full jitter",
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """

    def __init__(self, stopping: asyncio.Event, max_delay: float = MAX_RETRY_DELAY) -> None:
        """*max_delay*: seconds between two tries."""
        self._stopping, self._max_delay = stopping, max_delay
        self.failures = 0  # in a row

    def worked(self) -> None:
        """The session does what it is there for: the next loss is a first one."""
        self.failures = 0

    async def run(
        self, session: Callable[[], Awaitable[None]], lost: Callable[[BaseException], None]
    ) -> None:
        """*lost* is told of each loss, `failures` counting it already."""
        while not self._stopping.is_set():
            error = await _lost_by(session)
            if error is None:
                continue
            self.failures += 1
            lost(error)
            doubled = 2 ** min(self.failures - 1, MAX_DOUBLINGS)
            most = min(self._max_delay, FIRST_RETRY_DELAY * doubled)
            await set_within(self._stopping, random.uniform(0, most))  # noqa: S311


async def _lost_by(session: Callable[[], Awaitable[None]]) -> BaseException | None:
    try:
        with broker_errors():
            await session()
    except SessionLostError as error:
        return error
    except asyncio.CancelledError as error:
        # aiormq cancels whoever awaits a connection that died under a frozen broker.
        if cancelled_by_us():
            raise
        return error
    return None
