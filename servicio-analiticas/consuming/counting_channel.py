"""The channel on which the messages that are counted arrive."""

from __future__ import annotations

import asyncio

from aio_pika.abc import AbstractConnection
from aiormq.abc import AbstractChannel as RawChannel

from broker.amqp_errors import SessionLostError, describe
from consuming.inbox import Inbox

# Three a message. aiormq's default of ten takes two turns of the loop: where a turn takes 10 ms,
# since many others have theirs too, that was 170 messages a second. This many are 2 ms of work;
# more, and a process that gets little of a core can answer nobody in between.
FRAMES_PER_TURN = 90


async def open_counting_channel(
    connection: AbstractConnection, prefetch: int, inbox: Inbox
) -> RawChannel:
    """Tells *inbox* when it is lost."""
    if connection.transport is None:
        raise SessionLostError("the connection is closed already")
    raw = await connection.transport.connection.channel(
        publisher_confirms=False, frame_buffer_size=FRAMES_PER_TURN
    )

    def lost(closing: asyncio.Future[object]) -> None:
        inbox.lose(describe(None if closing.cancelled() else closing.exception()))

    raw.closing.add_done_callback(lost)
    await raw.basic_qos(prefetch_count=prefetch)
    return raw
