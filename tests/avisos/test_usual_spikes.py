"""Spikes against the usual band, as the analytics' own code says what is usual."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest

from history.history import History
from judging.alarms import Alert
from judging.judge import Judge
from judging.readings import Reading
from rules.rule_file import parse_rules
from sqlite.file_connection import connect
from sqlite.history_tables import HISTORY
from tests.avisos.readings import reading
from tests.history_questions import DAY, HOUR, moment
from tests.simulated_weeks import WEEK, Rate, _poisson, at, between, counts, shop
from usual.usual_answer import usual_answer
from usual.usual_query import UsualQuery
from watching.answers import Habitual
from watching.usual import LATE, question_of

RULE = "reglas:\n  - {tipo: banda, cliente: '*'}"
BEGIN = at("2026-03-24T06:00:00+01:00")
"""A Tuesday; clocks are changed five days later, and were not in the weeks before."""
STEP = 10  # seconds
SPIKE = 300
JUDGED_BY = (101, 102)  # seeds that were not looked at when the rule's usual values were chosen


def smaller(second: int) -> float:
    return shop(second) / 3


CLIENTS: dict[str, Rate] = {"web": shop, "app": smaller}


class Day:
    """A day after six weeks, with four spikes of eight times as much, judged minute by minute."""

    def __init__(self, history: History, seed: int) -> None:
        lot = random.Random(seed)  # noqa: S311
        self.spikes = [
            (name, int(BEGIN + hour * HOUR + lot.uniform(0, HOUR)))
            for hour, name in ((3, "web"), (6, "app"), (11, "web"), (13, "app"))
        ]
        for name, rate in CLIENTS.items():
            history.fold(counts(rate, BEGIN - 6 * WEEK - DAY, BEGIN, seed, name), moment(BEGIN))
        self._fill(history, lot)
        book = parse_rules(RULE)
        judge = Judge(book.rules, "UTC", 60.0)
        (rule,) = book.rules
        params = dict(question_of(rule, "Europe/Madrid").params)
        self.query = UsualQuery(
            int(rule.window), 60, por="cliente", zona=params["zona"], veces=float(params["veces"])
        )
        self.changes = [
            change
            for minute in range(BEGIN + 10 * 60, BEGIN + DAY, 60)
            for change in judge.judge(self._reading(history, minute, rule.name))
        ]

    def _fill(self, history: History, lot: random.Random) -> None:
        """As the day goes on: the finest level keeps only a quarter of an hour."""
        for name, rate in CLIENTS.items():
            spiked = rate
            for who, begin in self.spikes:
                if who == name:
                    spiked = between(begin, begin + SPIKE, 8, spiked)
            cells = {
                (name, "compra", second): n
                for second in range(BEGIN, BEGIN + DAY, STEP)
                if (n := _poisson(lot, spiked(second) * STEP / HOUR))
            }
            history.fold(cells, moment(BEGIN + DAY))

    def _reading(self, history: History, minute: int, rule: str) -> Reading:
        now = minute + LATE + 1
        asked = msgspec.structs.replace(self.query, hasta=float(minute))
        answer = usual_answer(history._db, history.view({}, moment(BEGIN + DAY)), asked)
        bands = msgspec.convert(answer, Habitual).bands()
        plain = reading(now)
        return Reading(now, plain.status, plain.counts, plain.clients, {rule: bands})

    def found(self, name: str, begin: int) -> list[Alert]:
        return [
            each
            for each in self.changes
            if each.resolved is None
            and each.subject == name
            and begin <= each.fired <= begin + SPIKE + 6 * 60
        ]


@pytest.fixture(scope="module", params=JUDGED_BY)
def day(request: pytest.FixtureRequest) -> Iterator[Day]:
    with closing(connect(":memory:")) as db:
        db.executescript(HISTORY)
        yield Day(History(db), request.param)


def test_every_spike_is_found_within_two_minutes(day: Day) -> None:
    """Whenever in a minute it begins, and once each."""
    for name, begin in day.spikes:
        (alert,) = day.found(name, begin)
        assert alert.fired - begin <= 120, (name, begin)
        assert alert.value > alert.limit


def test_nothing_else_of_the_day_is_a_spike(day: Day) -> None:
    """Rushes, a quiet night and chance are usual; and each spike is over."""
    planted = [alert for spike in day.spikes for alert in day.found(*spike)]
    fired = [change for change in day.changes if change.resolved is None]

    assert fired == planted
    assert len(day.changes) == 2 * len(planted)
