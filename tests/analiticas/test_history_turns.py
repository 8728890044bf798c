"""Whose question is next, and who is refused."""

import asyncio
from asyncio import Task

import pytest

from asking.turns import LONGEST_IN_EVERY, HistoryTurns, TooManyReadersError, cost_of
from history.levels import Retention, levels
from history.query import HistoryQuery
from usual.usual_query import UsualQuery

LEVELS, NOW = levels(Retention()), 1_795_503_600.0


async def waiting(turns: HistoryTurns, *costs: int) -> list[Task[None]]:
    """Tasks that wait for their turn, in this order."""
    tasks = [asyncio.create_task(turns.take(cost), name=str(cost)) for cost in costs]
    await asyncio.sleep(0)
    return tasks


async def next_of(turns: HistoryTurns, tasks: list[Task[None]]) -> int:
    """Give the turn, and say whose it is."""
    before = {task for task in tasks if task.done()}
    turns.give()
    await asyncio.sleep(0)
    (one,) = {task for task in tasks if task.done()} - before
    return int(one.get_name())


async def test_the_cheapest_is_next() -> None:
    """Nobody waits behind a flood of questions that cost more than his."""
    turns = HistoryTurns()
    await turns.take(1)
    tasks = await waiting(turns, 90, 80, 5, 0)

    assert [await next_of(turns, tasks) for _ in range(3)] == [0, 5, 80]


async def test_the_longest_wait_ends_too() -> None:
    """A flood of cheap questions keeps no dear one out for ever."""
    turns = HistoryTurns()
    await turns.take(1)
    tasks = await waiting(turns, 90, *range(1, 2 * LONGEST_IN_EVERY))

    assert 90 in [await next_of(turns, tasks) for _ in range(LONGEST_IN_EVERY)]


async def test_of_too_many_the_dearest_is_refused() -> None:
    """Whoever asks much makes room for who asks little, not the other way round."""
    turns = HistoryTurns(most=2)
    await turns.take(1)
    cheap, dear = await waiting(turns, 5, 90)
    (page,) = await waiting(turns, 1)

    with pytest.raises(TooManyReadersError, match="2 cheaper questions wait already"):
        await dear
    with pytest.raises(TooManyReadersError):
        await turns.take(91)

    assert await next_of(turns, [cheap, page]) == 1
    cheap.cancel()


async def test_who_leaves_takes_nobodys_turn() -> None:
    """A question that nobody waits for any more is not asked."""
    turns = HistoryTurns()
    await turns.take(1)
    gone, next_one = await waiting(turns, 1, 2)
    gone.cancel()
    await asyncio.sleep(0)

    assert await next_of(turns, [next_one]) == 2
    turns.give()
    await asyncio.wait_for(turns.take(9), 5)


async def test_a_turn_given_to_who_is_just_leaving_is_not_lost() -> None:
    """Or nobody would ever be answered again."""
    turns = HistoryTurns()
    await turns.take(1)
    gone, next_one = await waiting(turns, 1, 2)

    turns.give()
    gone.cancel()

    await asyncio.wait_for(next_one, 5)


def test_the_pages_questions_are_cheap() -> None:
    """What an answer reads grows with its window and its series."""
    page = cost_of(HistoryQuery(900, 10, "cliente", limite=6), LEVELS, NOW)
    day = cost_of(HistoryQuery(86_400, 600, "cliente", limite=6), LEVELS, NOW)
    year = cost_of(HistoryQuery(360 * 86_400, 86_400, "cliente,evento", limite=100), LEVELS, NOW)

    assert cost_of(HistoryQuery(120, 1, "total", limite=1), LEVELS, NOW) < day < page < year


def test_what_is_usual_costs_what_it_reads() -> None:
    """One series is cheap, a hundred cost as many times that."""
    one = cost_of(UsualQuery(900, 60), LEVELS, NOW)
    page = cost_of(UsualQuery(900, 60, por="cliente"), LEVELS, NOW)
    month = cost_of(UsualQuery(30 * 86_400, 86_400), LEVELS, NOW)

    assert one < month < page == 100 * one
