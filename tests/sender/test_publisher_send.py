"""Messages that are built already, and what a caller learns of the connection."""

import asyncio
import uuid
from collections.abc import Iterable

import pytest

from publishing.event_queue import Limits
from publishing.outbox import Message
from tests.broker_stack import VirtualHost
from tests.sender.amqp_line import disturbed_line
from tests.sender.delivery import (
    LIMIT,
    BoundQueue,
    all_events,
    body,
    publishing,
    until,
)


def prebuilt(number: int, events: Iterable[int] = ()) -> Message:
    several = list(events)
    text = b"[%b]" % b",".join(map(body, several)) if several else body(number)
    return Message(str(uuid.UUID(int=number)), text, None, 1_795_503_600, len(several) or 1)


async def test_send_returns_when_the_broker_has_it(vhost: VirtualHost) -> None:
    """A prebuilt message arrives unchanged, and whoever sent it learns when it is safe."""
    queue = BoundQueue(vhost)
    async with publishing(vhost) as publisher:
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(publisher.send(prebuilt(7, range(3))))
            await until(lambda: publisher.trouble is not None)  # no queue is bound
            assert not sending.done()
            assert publisher.unconfirmed == 3
            await queue.declare()
        assert publisher.unconfirmed == 0
    (message,) = await queue.take_all()

    assert (message.message_id, message.body) == (prebuilt(7).id, prebuilt(7, range(3)).body)
    assert "X-Client-Name" not in message.headers


async def test_same_id_under_way_shares_its_outcome(vhost: VirtualHost) -> None:
    """An id that is sent again while it is under way is one message, confirmed to both at once."""
    queue = BoundQueue(vhost)
    async with publishing(vhost) as publisher, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(publisher.send(prebuilt(1)))
        await until(lambda: publisher.unconfirmed == 1)
        second = tasks.create_task(publisher.send(prebuilt(1)))
        given_up = tasks.create_task(publisher.send(prebuilt(1)))
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(ValueError, match="under way with another body"):
            await publisher.send(prebuilt(1, [1, 2]))
        assert publisher.unconfirmed == 1
        assert not first.done()
        assert not second.done()
        await queue.declare()
    assert len(await queue.take_all()) == 1


async def test_send_says_at_once_when_there_is_no_room(vhost: VirtualHost) -> None:
    """With the outbox full, a prebuilt message is refused, not kept waiting."""
    queue = BoundQueue(vhost)
    async with publishing(vhost, Limits(messages=1)) as publisher:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(publisher.send(prebuilt(1)))
            await until(lambda: publisher.unconfirmed == 1)
            with pytest.raises(OverflowError, match="1 events wait"):
                await publisher.send(prebuilt(2))
            await queue.declare()
        await publisher.send(prebuilt(2))

    assert all_events(await queue.take_all()) == {body(1): 1, body(2): 1}


async def test_send_that_nobody_will_confirm(vhost: VirtualHost) -> None:
    """When the publisher ends, whoever waits for a confirmation is told so."""
    async with publishing(vhost) as publisher:
        sending = asyncio.create_task(publisher.send(prebuilt(1)))
        await until(lambda: publisher.unconfirmed == 1)

    with pytest.raises(ConnectionError, match="it may have arrived"):
        await asyncio.wait_for(sending, LIMIT)


async def test_connected_says_whether_there_is_a_line(vhost: VirtualHost) -> None:
    """It is true while the connection is open, and false soon after the line was cut."""
    await BoundQueue(vhost).declare()
    async with disturbed_line(vhost.broker) as line, publishing(vhost, port=line.port) as publisher:
        assert not publisher.connected
        assert await publisher.until_connected(LIMIT)
        line.deaf = True
        line.cut()
        await until(lambda: not publisher.connected)
        line.deaf = False
        assert await publisher.until_connected(LIMIT)


async def test_refused_login_is_not_waited_for(vhost: VirtualHost) -> None:
    """Waiting for a connection ends at once when it takes a person to get one."""
    vhost.api("DELETE", "permissions", f"/{vhost.broker.user}").raise_for_status()
    async with publishing(vhost) as publisher:
        assert await asyncio.wait_for(publisher.until_connected(3600), LIMIT) is False
        assert publisher.trouble is not None
        assert publisher.trouble.lasting
