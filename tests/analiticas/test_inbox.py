import asyncio
import gzip

import pytest

from broker.amqp_errors import SessionLostError
from consuming import batch_cut
from consuming.inbox import Inbox
from decoding.message import Message


def receive(inbox: Inbox, *tags: int) -> None:
    inbox.receive([Message(tag, b"{}") for tag in tags])


async def take(inbox: Inbox) -> list[int]:
    return [message.tag for message in await inbox.take()]


async def test_a_lone_message_leaves_at_once() -> None:
    """After a pause the first message is a batch of its own, whatever the spacing."""
    inbox = Inbox(batch_messages=10, batch_seconds=60)
    receive(inbox, 1)

    assert await take(inbox) == [1]


async def test_batches_gather_under_load() -> None:
    """Soon after a batch the next waits until it is full, and keeps the order of tags."""
    inbox = Inbox(batch_messages=3, batch_seconds=60)
    receive(inbox, 1)
    await take(inbox)
    taking = asyncio.create_task(take(inbox))
    receive(inbox, 2, 3)
    await asyncio.sleep(0.01)
    assert not taking.done()

    receive(inbox, 4, 5)

    assert await taking == [2, 3, 4]


async def test_large_messages_make_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is full by the bytes of its messages too; a message larger than that goes alone."""
    monkeypatch.setattr(batch_cut, "BATCH_BYTES", 100)
    box = Inbox(batch_messages=10, batch_seconds=60)
    for tag, size in enumerate((60, 30, 20, 300, 40, 70), 1):
        box.receive([Message(tag, b"x" * size)])

    assert [await take(box) for _ in range(4)] == [[1, 2], [3], [4], [5]]
    waiting = asyncio.create_task(take(box))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    box.receive([Message(7, b"x" * 30)])
    assert await waiting == [6, 7]


async def test_batches_leave_by_time() -> None:
    """A batch that does not fill leaves when its time has come."""
    inbox = Inbox(batch_messages=10, batch_seconds=0.01)
    receive(inbox, 1)
    await take(inbox)
    receive(inbox, 2)

    assert await take(inbox) == [2]


async def test_a_lost_session_drops_what_it_delivered() -> None:
    """Messages of a lost channel are not handed out: their tags mean nothing any more."""
    inbox = Inbox(batch_messages=10, batch_seconds=0)
    receive(inbox, 1)
    inbox.lose("gone")

    with pytest.raises(SessionLostError, match="gone"):
        await inbox.take()


async def test_stopping_ends_a_wait() -> None:
    """A stop ends whoever waits for a batch with an empty one."""
    inbox = Inbox(batch_messages=10, batch_seconds=60)
    taking = asyncio.create_task(take(inbox))
    await asyncio.sleep(0)

    inbox.stop()

    assert await taking == []


async def test_a_gap_in_the_deliveries_ends_the_session() -> None:
    """Tags that do not follow each other would let an acknowledgement cover what nobody saw."""
    box = Inbox(batch_messages=10, batch_seconds=0)
    receive(box, 1)
    receive(box, 3)

    with pytest.raises(SessionLostError, match="delivery 3 came after 1"):
        await box.take()


async def test_packed_messages_stay_packed_and_weigh_what_they_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A batch is cut by what is in its messages; they are opened one by one, when counted."""
    monkeypatch.setattr(batch_cut, "BATCH_BYTES", 10_000)
    body = gzip.compress(b" " * 6_000)
    box = Inbox(batch_messages=10, batch_seconds=0)
    for tag in (1, 2):
        box.receive([Message(tag, body)])

    first, second = await box.take(), await box.take()

    assert [[m.body for m in batch] for batch in (first, second)] == [[body], [body]]
