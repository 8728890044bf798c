import asyncio
from types import SimpleNamespace

import pytest

from amqp_errors import SessionLostError
from inbox import Inbox


def delivered(tag):
    properties = SimpleNamespace(message_id=str(tag), headers=None, app_id=None, timestamp=None)
    header = SimpleNamespace(properties=properties)
    return SimpleNamespace(delivery_tag=tag, body=b"{}", header=header)


async def receive(inbox, *tags):
    for tag in tags:
        await inbox.receive(delivered(tag))


async def take(inbox):
    return [message.tag for message in await inbox.take()]


async def test_a_lone_message_leaves_at_once():
    """After a pause the first message is a batch of its own, whatever the spacing."""
    inbox = Inbox(batch_messages=10, batch_seconds=60)
    await receive(inbox, 1)

    assert await take(inbox) == [1]


async def test_batches_gather_under_load():
    """Soon after a batch the next waits until it is full, and keeps the order of tags."""
    inbox = Inbox(batch_messages=3, batch_seconds=60)
    await receive(inbox, 1)
    await take(inbox)
    taking = asyncio.create_task(take(inbox))
    await receive(inbox, 2, 3)
    await asyncio.sleep(0.01)
    assert not taking.done()

    await receive(inbox, 4, 5)

    assert await taking == [2, 3, 4]


async def test_batches_leave_by_time():
    """A batch that does not fill leaves when its time has come."""
    inbox = Inbox(batch_messages=10, batch_seconds=0.01)
    await receive(inbox, 1)
    await take(inbox)
    await receive(inbox, 2)

    assert await take(inbox) == [2]


async def test_a_lost_session_drops_what_it_delivered():
    """Messages of a lost channel are not handed out: their tags mean nothing any more."""
    inbox = Inbox(batch_messages=10, batch_seconds=0)
    await receive(inbox, 1)
    inbox.lose("gone")

    with pytest.raises(SessionLostError, match="gone"):
        await inbox.take()


async def test_stopping_ends_a_wait():
    """A stop ends whoever waits for a batch with an empty one."""
    inbox = Inbox(batch_messages=10, batch_seconds=60)
    taking = asyncio.create_task(take(inbox))
    await asyncio.sleep(0)

    inbox.stop()

    assert await taking == []
