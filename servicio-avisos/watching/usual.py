"""When the usual bands are asked for, and which."""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from comun.service_answer import decode
from comun.wire_time import rfc3339
from judging.readings import Band
from rules.rule import Rule
from watching.analytics import FAILURES, Analytics
from watching.answers import Habitual

LOG = logging.getLogger("avisos.usual")
PATH = "/reporte/habitual"
MINUTE = 60.0
LATE = 2.0  # seconds: events that are a little late belong to the window that is over
OFTEN = 10.0  # seconds from one question to the next
LONGEST_OFTEN = 600.0  # seconds of a window that is so told: sixty steps, and seconds are kept
MOST_PAGES = 6  # of 100: so many clients have a history
WITHIN = 3.0  # seconds for an answer: whatever else is wrong waits for it


class Question(NamedTuple):
    """Two rules that ask the same are answered by one; *step* in seconds is how often it is."""

    params: tuple[tuple[str, str], ...]
    step: float


class Page(NamedTuple):
    question: Question
    until: float
    after: str = ""
    number: int = 1


class UsualBands:
    """One page is asked for in a round, so that nothing else waits for many."""

    def __init__(self, rules: Iterable[Rule], zone: str) -> None:
        self._rules: dict[Question, list[str]] = {}
        for rule in rules:
            if rule.kind == "banda":
                self._rules.setdefault(question_of(rule, zone), []).append(rule.name)
        self._asked: dict[Question, float] = {}  # up to when
        self._pages: deque[Page] = deque()

    async def read(self, analytics: Analytics, now: float) -> dict[str, list[Band]]:
        """Bands by rule, of those whose window was asked for in this round."""
        self._begin(now)
        if not self._pages:
            return {}
        page = self._pages.popleft()
        try:
            bands = await self._answer(analytics, page)
        except FAILURES as error:  # all else can be judged without it
            LOG.warning("what is usual is not to be had: %s", error)
            return {}
        return dict.fromkeys(self._rules[page.question], bands)

    def _begin(self, now: float) -> None:
        """Each window that is over is asked for once, and not while its former is being told."""
        under_way = {page.question for page in self._pages}
        for question in self._rules.keys() - under_way:
            until = math.floor((now - LATE) / question.step) * question.step
            if until != self._asked.get(question):
                self._asked[question] = until
                self._pages.append(Page(question, until))

    async def _answer(self, analytics: Analytics, page: Page) -> list[Band]:
        params = dict(page.question.params) | {"hasta": rfc3339(page.until)}
        if page.after:
            params["despues"] = page.after
        answer = await analytics.get(PATH, params, within=WITHIN)
        if answer is None:  # it has no history: what is usual of it is not known
            return []
        told = decode(Habitual, answer.content)
        if told.siguiente is not None and page.number < MOST_PAGES:
            next_one = page._replace(after=told.siguiente, number=page.number + 1)
            self._pages.appendleft(next_one)
        return told.bands()


def question_of(rule: Rule, zone: str) -> Question:
    step = OFTEN if rule.window <= LONGEST_OFTEN else MINUTE
    asked = {
        "ventana": f"{rule.window / MINUTE:.0f}m",
        "paso": f"{step:.0f}s",
        "veces": f"{rule.spreads:g}",
        "zona": zone,
    }
    if rule.event is not None:
        asked["evento"] = rule.event
    elif rule.names is not None and (one := rule.names.one) is not None:
        asked["cliente"] = one
    elif rule.names is not None:
        asked["por"] = "cliente"
    return Question(tuple(asked.items()), step)
