"""Whose question about history is next: each costs what it reads, from nothing to a second."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from history.levels import Levels
from history.query import HistoryQuery
from history.window import window_of
from usual.former_weeks import MOST_WEEKS, WEEK
from usual.past import NOISE_SECONDS
from usual.usual_query import UsualQuery

MOST_WAITING = 32
LONGEST_IN_EVERY = 4  # turns, one goes to who has waited longest, whatever that costs
FORMER_SECONDS = (MOST_WEEKS + 1) * WEEK
TO_RANK = 1000  # series, about, are looked at to find the largest


class TooManyReadersError(RuntimeError):
    """So many wait for their turn to read the store that one more had better come again."""


def cost_of(query: HistoryQuery | UsualQuery, levels: Levels, now: float) -> int:
    """About how many chunks an answer reads. Raises BadQueryError for what has no answer."""
    window = window_of(query.about if isinstance(query, UsualQuery) else query, levels, now)
    chunks = (window.end - window.start) // window.level.span + 2
    if isinstance(query, UsualQuery):
        former = (window.end - window.start + FORMER_SECONDS) // levels[-1].span
        noise = NOISE_SECONDS // levels[-2].span
        return (chunks + former + noise + 4) * (query.limite if query.por else 1)
    ranked = 0 if query.por == "total" else TO_RANK
    return chunks * (ranked + query.limite)


class Asker(NamedTuple):
    cost: int
    number: int
    turn: asyncio.Future[None]


class HistoryTurns:
    """
    One at a time: the panel's usual questions first, then the cheapest.

    Of too many the most expensive is refused, so that nobody keeps others out by asking much.
    """

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most, self._busy, self._number, self._turns = most, False, 0, 0
        self._waiting: list[Asker] = []

    async def take(self, cost: int) -> None:
        """Return when it is this question's turn. Raises TooManyReadersError."""
        if not self._busy:
            self._busy = True
            return
        turn = asyncio.get_running_loop().create_future()
        self._number += 1
        self._waiting.append(Asker(cost, self._number, turn))
        self._waiting = [one for one in self._waiting if not one.turn.done()]
        if len(self._waiting) > self._most:
            dearest = max(self._waiting)
            self._waiting.remove(dearest)
            dearest.turn.set_exception(
                TooManyReadersError(f"{self._most} cheaper questions wait already; try again")
            )
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()  # it was given in the very moment in which its asker left
            raise

    def give(self) -> None:
        """Give the turn to whoever is next."""
        waiting = [one for one in self._waiting if not one.turn.done()]
        self._busy = bool(waiting)
        self._turns += 1
        if waiting:
            longest = self._turns % LONGEST_IN_EVERY == 0
            next_one = min(waiting, key=lambda one: one.number) if longest else min(waiting)
            waiting.remove(next_one)
            next_one.turn.set_result(None)
        self._waiting = waiting
