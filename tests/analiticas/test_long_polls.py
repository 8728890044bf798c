"""Waits for a change: bounded in number, and nobody keeps a place for ever."""

import asyncio
from asyncio import Task
from collections.abc import Coroutine
from typing import Any

import pytest

from reporting import long_polls
from reporting.long_polls import LongPolls, TooManyPollsError


async def never() -> None:
    await asyncio.Event().wait()


async def started(*waits: Coroutine[Any, Any, None]) -> list[Task[None]]:
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.sleep(0)
    return tasks


async def test_a_wait_ends_at_a_change_or_after_its_time() -> None:
    """Both are no error."""
    polls, bell = LongPolls(9), asyncio.Event()

    async def rung() -> None:
        await bell.wait()

    (waiting,) = await started(polls.wait(rung, 60))
    await polls.wait(never, 0.001)

    bell.set()

    await asyncio.wait_for(waiting, 5)


async def test_one_more_ends_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newcomer has its place; the others wait on."""
    monkeypatch.setattr(long_polls, "SHORTEST", 0.0)
    polls = LongPolls(most=2)
    first, second = await started(polls.wait(never, 60), polls.wait(never, 60))

    (third,) = await started(polls.wait(never, 60))

    await asyncio.wait_for(first, 5)
    assert not second.done()
    assert not third.done()
    for left in (second, third):
        left.cancel()


async def test_everybody_may_wait_a_moment() -> None:
    """A crowd that comes all at once is refused, or each would only end the others' waits."""
    polls = LongPolls(most=1)
    (waiting,) = await started(polls.wait(never, 60))

    with pytest.raises(TooManyPollsError, match="try again"):
        await polls.wait(never, 60)

    assert not waiting.done()
    waiting.cancel()


async def test_who_leaves_gives_its_place_away() -> None:
    """Nothing is kept of a client that hung up."""
    polls = LongPolls(most=1)
    (waiting,) = await started(polls.wait(never, 60))
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    await polls.wait(never, 0.001)
