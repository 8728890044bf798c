"""Asks the history of clients whose rhythm is not known: one question a round, after the start."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping

from comun.service_answer import decode
from comun.wire_time import rfc3339
from judging.earlier import Past, Steps
from judging.readings import Client
from judging.week import HOUR
from watching.analytics import FAILURES, Analytics
from watching.answers import Historia, seconds

LOG = logging.getLogger("avisos.past")
PATH = "/reporte/historia"
WITHIN = 3.0  # seconds for an answer: whatever else is wrong waits for it
MOST_CLIENTS = 1000  # the largest; 500 have a history
DAYS = 42
RECENT_HOURS = 5 * 24  # by which a client's pace is told
FINE = ((60, 1), (300, 5), (900, 14))  # seconds of a step, and how many days are asked for
STEPS_A_GAP = 10  # what is usual between two events is that many steps, or less
SOON_LEARNT = 12.0  # seconds from event to event


class StoredPast:
    """*known* says of whom nothing needs to be asked."""

    def __init__(self, known: Callable[[str], bool]) -> None:
        self._known = known
        self._waiting: deque[str] | None = None
        self._end = ""
        self._everybody: Steps | None = None
        self._hours: Steps | None = None  # of the first that waits

    async def read(
        self, analytics: Analytics, clients: Mapping[str, Client], now: float
    ) -> Past | None:
        """What is known of one client, once all of it is; for the others None."""
        if self._waiting is None:
            unknown = [name for name in clients if not self._known(name)]
            unknown.sort(key=lambda name: -clients[name].total)
            self._waiting = deque(unknown[:MOST_CLIENTS])
            self._end = rfc3339(now // HOUR * HOUR)
        if not self._waiting:
            return None
        try:
            return await self._ask(analytics, self._waiting)
        except FAILURES as error:
            LOG.warning("the history is not to be had, and clients are learnt anew: %s", error)
            self._waiting.clear()
            return None

    async def _ask(self, analytics: Analytics, waiting: deque[str]) -> Past | None:
        if self._everybody is None:
            self._everybody = await self._steps(analytics, {"por": "total"}, int(HOUR), DAYS)
            if self._everybody is None:
                waiting.clear()
            return None
        about = {"por": "cliente", "cliente": waiting[0]}
        fine: Steps | None = None
        if self._hours is None:
            self._hours = await self._steps(analytics, about, int(HOUR), DAYS)
            if self._hours is None:  # it has no place in the history
                waiting.popleft()
                return None
            if finest(self._hours) is not None:
                return None
        elif (step := finest(self._hours)) is not None:
            fine = await self._steps(analytics, about, *step)
        hours, self._hours = self._hours, None
        return Past(waiting.popleft(), hours, fine, self._everybody)

    async def _steps(
        self, analytics: Analytics, about: Mapping[str, str], step: int, days: int
    ) -> Steps | None:
        params = {"ventana": f"{days}d", "paso": f"{step}s", "hasta": self._end}
        answer = await analytics.get(PATH, {**about, **params}, within=WITHIN)
        if answer is None:
            return None
        told = decode(Historia, answer.content)
        begin = seconds(told.desde) or 0.0
        return Steps(begin, step, told.series[0].puntos) if told.series else None


def finest(hours: Steps) -> tuple[int, int] | None:
    """The step to ask for, and for how many days; None for who sends so often, or not at all."""
    lately = [count for count in hours.points[-RECENT_HOURS:] if count]
    lately = lately or [count for count in hours.points if count]
    gap = len(lately) * HOUR / sum(lately) if lately else 0.0
    if gap < SOON_LEARNT:
        return None
    return next((each for each in FINE if gap <= STEPS_A_GAP * each[0]), FINE[-1])
