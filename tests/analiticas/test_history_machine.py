"""
History against a list of events, under any order of counting, folding, rolling back, restarting.

The list knows nothing of levels, chunks or places: an answer is the number of its events that
match. Where places are short, an answer may know less, and must say so.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from database.connection import Connection
from decoding.cell_reading import Cell
from history.history import History, Places, Retention
from history.levels import levels
from history.query import SPLITS, BadQueryError, HistoryQuery, NotKeptError
from history.steady_clock import Moment
from history.window import Window, window_of
from sqlite.file_connection import connect
from sqlite.history_tables import HISTORY
from tests.history_questions import moment, read

KEPT = Retention(seconds=300, minutes=180, five_minutes=576, hours=240)
START = 1_795_503_600
NAMES = "abcd"
AGES = st.one_of(
    st.integers(0, 310), st.integers(-100, 20), st.integers(0, 4 * 3600), st.integers(0, 15 * 86400)
)
CELLS = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(NAMES), AGES, st.sampled_from([1, 2, 255, 70_000])
    ),
    min_size=1,
    max_size=20,
)
Aged = tuple[str, str, int, int]
Questions = list[tuple[tuple[int, int | None], float | None, tuple[str | None, str | None], int]]
Answer = dict[str, Any] | str
Name = tuple[str | None, str | None]
Points = dict[Name, list[int]]
PAUSES = [0.25, 0.25, 1, 1, 59, 60, 200, 3600, 2 * 86400, 5 * 86400]
STEPS = [
    *((300, None), (300, 1), (60, 1), (280, 7), (120, 60), (3600, None), (3 * 3600, 60)),
    *(
        (3 * 3600, 3600),
        (7200, 300),
        (86400, 300),
        (2 * 86400, 2700),
        (9 * 86400, None),
        (9 * 86400, 3600),
        (5 * 86400, 86400),
    ),
]
OFF = [0, 0, 0, -400 * 86400, -3600, 3600, 400 * 86400]
BACK = [None, None, 0.5, 30, 3600]
FILTERS = [(None, None)] * 5 + [("a", None), ("b", None), (None, "a"), (None, "d"), ("a", "b")]
QUESTIONS = st.lists(
    st.tuples(
        st.sampled_from(STEPS),
        st.sampled_from(BACK),
        st.sampled_from(FILTERS),
        st.sampled_from([1, 2, 20]),
    ),
    min_size=3,
    max_size=6,
)


def queries(questions: Questions, now: float) -> Iterator[HistoryQuery]:
    """Each question split in every way."""
    for steps, back, names, limit in questions:
        for split in SPLITS:
            yield HistoryQuery(*steps, split, *names, limit, None if back is None else now - back)


class Remembering(RuleBasedStateMachine):
    places = Places()

    def __init__(self, db: Connection) -> None:
        """*db* has a history's tables, and nothing in them."""
        super().__init__()
        self.db = db
        self.now: float = START
        self.off = 0  # by how much the wall clock is wrong
        self.pending: dict[Cell, int] = {}
        self.folded: Counter[Cell] = Counter()  # the cells that history took
        self.clipped: Counter[str | None] = Counter()
        self.restart()

    @initialize(lists=st.lists(CELLS, min_size=2, max_size=4))
    def begin(self, lists: list[list[Aged]]) -> None:
        for cells in lists:
            self.count(cells)
            self.fold(15)

    @rule(cells=CELLS)
    def count(self, cells: list[Aged]) -> None:
        for cliente, evento, age, n in cells:
            cell = (cliente, evento, int(self.now) - age)
            self.pending[cell] = self.pending.get(cell, 0) + n

    @rule(n=st.integers(1, 20))
    def fold(self, n: int) -> None:
        cells = dict(islice(self.pending.items(), n))
        with self.transaction("COMMIT"):
            self.history.fold(cells, self.moment())
        for cell, events in cells.items():
            del self.pending[cell]
            fate = self.fate(cell, self.moment())
            if fate:
                self.clipped[fate] += events
            else:
                self.folded[cell] += events

    @rule(rounds=st.integers(1, 2))
    def prune(self, rounds: int) -> None:
        for _ in range(rounds):
            with self.transaction("COMMIT"):
                self.history.prune(self.moment())

    @rule(off=st.sampled_from(OFF))
    def set_the_clock(self, off: int) -> None:
        self.off = off

    @rule(seconds=st.sampled_from(PAUSES))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def restart(self) -> None:
        self.history = History(self.db, KEPT, self.places)

    @rule(questions=QUESTIONS, slices=st.integers(1, 9))
    def folding_changes_no_answer(self, questions: Questions, slices: int) -> None:
        before = self.ask(questions, self.pending)
        with self.transaction("ROLLBACK"):
            cells = iter(list(self.pending.items()))
            while part := dict(islice(cells, slices)):
                self.history.fold(part, moment(self.now))
            folded = self.ask(questions, {})

        assert before == folded == self.ask(questions, self.pending)

    @rule(questions=QUESTIONS)
    def read(self, questions: Questions) -> None:
        for query, answer in self.ask(questions, self.pending):
            if isinstance(answer, dict):
                self.check(query, answer)

    def ask(
        self, questions: Questions, pending: Mapping[Cell, int]
    ) -> list[tuple[HistoryQuery, Answer]]:
        return [(q, self.ask_one(q, pending)) for q in queries(questions, self.now)]

    def ask_one(self, query: HistoryQuery, pending: Mapping[Cell, int]) -> Answer:
        try:
            return read(self.history, query, pending, self.now)
        except (BadQueryError, NotKeptError) as error:
            return repr(error)

    def check(self, query: HistoryQuery, answer: dict[str, Any]) -> None:
        window = window_of(query, levels(KEPT), self.now)
        series = {self.name_of(query, one): one["puntos"] for one in answer["series"]}
        truth = self.truth(query, window)
        whole = [sum(step) for step in zip(*truth.values(), strict=True)] or [0] * window.points
        shown = [sum(step) for step in zip(answer["otros"], *series.values(), strict=True)]
        totals = [one["total"] for one in answer["series"]]

        assert min(answer["otros"]) >= 0
        assert totals == [sum(points) for points in series.values()]
        assert totals == sorted(totals, reverse=True)
        assert answer["recortados"] == self.expected_clipped()
        for name, points in series.items():
            known = truth.get(name, [0] * window.points)
            assert all(mine <= true for mine, true in zip(points, known, strict=True))
            assert points == known or not answer["completo"]
        assert shown == whole or not answer["completo"]
        assert shown == whole or query.cliente or query.evento
        self.check_choice(query, answer, series, truth)

    def check_choice(
        self, query: HistoryQuery, answer: dict[str, Any], series: Points, truth: Points
    ) -> None:
        """With a place for everyone it is the largest that are listed, and nothing is missing."""
        assert answer["completo"]
        ranked = sorted((-sum(points), name, points) for name, points in truth.items())
        if set(truth) - {self.filtered(query)}:
            assert list(series.items()) == [(n, p) for _, n, p in ranked[: query.limite]]

    def truth(self, query: HistoryQuery, window: Window) -> Points:
        """The points of each series that has an event in the window."""
        truth: Points = {}
        for (cliente, evento, second), n in self.accepted().items():
            matches = query.cliente in (None, cliente) and query.evento in (None, evento)
            if matches and window.start <= second < window.end:
                split = query.por.split(",")
                name = (
                    cliente if "cliente" in split else query.cliente,
                    evento if "evento" in split else query.evento,
                )
                points = truth.setdefault(name, [0] * window.points)
                points[(second - window.start) // window.step] += n
        return truth

    def name_of(self, query: HistoryQuery, one: dict[str, Any]) -> Name:
        return one["cliente"] or query.cliente, one["evento"] or query.evento

    def filtered(self, query: HistoryQuery) -> Name:
        return query.cliente, query.evento

    def accepted(self) -> Counter[Cell]:
        waiting = {cell: n for cell, n in self.pending.items() if not self.fate(cell)}
        return self.folded + Counter(waiting)

    def expected_clipped(self) -> dict[str, int]:
        clipped = Counter(self.clipped)
        for cell, n in self.pending.items():
            clipped[self.fate(cell)] += n
        ahead = (int(self.now) + 60) // 3600 * 3600 + 3600
        lying = sum(n for (_, _, second), n in self.folded.items() if second >= ahead)
        return {"futuros": clipped["futuros"] + lying, "antiguos": clipped["antiguos"]}

    def fate(self, cell: Cell, now: Moment | None = None) -> str | None:
        now = now or moment(self.now)
        if cell[2] > now.latest + 60:
            return "futuros"
        return "antiguos" if cell[2] < levels(KEPT)[-1].oldest(now.earliest) else None

    def moment(self) -> Moment:
        return Moment(self.now + self.off, self.now)

    @contextmanager
    def transaction(self, end: str) -> Iterator[None]:
        self.db.execute("BEGIN")
        yield
        self.db.execute(end)


class RememberingFew(Remembering):
    places = Places(2, 2, 3)

    def check_choice(
        self, query: HistoryQuery, answer: dict[str, Any], series: Points, truth: Points
    ) -> None:
        assert len(series) <= max(1, query.limite)


MACHINES = pytest.mark.parametrize("machine", [Remembering, RememberingFew])


@MACHINES
def test_in_a_file(machine: Callable[[Connection], Remembering]) -> None:
    with ExitStack() as files:

        def anew() -> Remembering:
            db = files.enter_context(closing(connect(":memory:")))
            db.executescript(HISTORY)
            return machine(db)

        _run(anew, _settings(40))


@MACHINES
def test_in_postgres(
    machine: Callable[[Connection], Remembering], fresh_history: Callable[[], Connection]
) -> None:
    """Fewer sequences, since each is a hundred conversations with a server."""
    _run(lambda: machine(fresh_history()), _settings(10))


def _settings(examples: int) -> settings:
    return settings(max_examples=examples, stateful_step_count=25)


def _run(anew: Callable[[], RuleBasedStateMachine], how: settings) -> None:
    run_state_machine_as_test(anew, settings=how)  # type: ignore[arg-type]  # any factory will do
