"""When the usual bands are asked for, and which."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from typing import NamedTuple

from comun.wire_time import rfc3339
from judging.readings import Band
from rules.rule import Rule
from watching.analytics import Analytics
from watching.answers import Habitual, InvalidAnswerError, decode

LOG = logging.getLogger("avisos.usual")
PATH = "/reporte/habitual"
MINUTE = 60.0
LATE = 8.0  # seconds: events that are a little late belong to the minute that is over
MOST_PAGES = 6  # of 100: so many clients have a history


class Question(NamedTuple):
    """Two rules that ask the same are answered by one."""

    params: tuple[tuple[str, str], ...]


class UsualBands:
    def __init__(self, rules: Iterable[Rule], zone: str) -> None:
        self._questions = {
            rule.name: question_of(rule, zone) for rule in rules if rule.kind == "banda"
        }
        self._minute = 0

    async def read(self, analytics: Analytics, now: float) -> dict[str, list[Band]]:
        """The bands by rule, once for each minute that is over; else nothing."""
        minute = math.floor((now - LATE) / MINUTE)
        if minute == self._minute or not self._questions:
            return {}
        until = {"hasta": rfc3339(minute * MINUTE)}
        self._minute = minute
        answers: dict[Question, list[Band]] = {}
        for question in dict.fromkeys(self._questions.values()):
            try:
                answers[question] = await _answer(analytics, dict(question.params) | until)
            except InvalidAnswerError as error:  # all else can be judged without it
                LOG.warning("what is usual is not to be had: %s", error)
        return {name: answers[q] for name, q in self._questions.items() if q in answers}


def question_of(rule: Rule, zone: str) -> Question:
    asked = {
        "ventana": f"{rule.window / MINUTE:.0f}m",
        "paso": "1m",
        "veces": f"{rule.spreads:g}",
        "zona": zone,
    }
    if rule.event is not None:
        asked["evento"] = rule.event
    elif rule.names is not None and (one := rule.names.one) is not None:
        asked["cliente"] = one
    elif rule.names is not None:
        asked["por"] = "cliente"
    return Question(tuple(asked.items()))


async def _answer(analytics: Analytics, params: dict[str, str]) -> list[Band]:
    found: list[Band] = []
    for _ in range(MOST_PAGES):
        answer = await analytics.get(PATH, params)
        if answer is None:  # it has no history: what is usual of it is not known
            break
        page = decode(Habitual, answer.content)
        found += page.bands()
        if page.siguiente is None:
            break
        params["despues"] = page.siguiente
    return found
