"""
The store and the identity table against a model, under any sequence of faults.

Messages are published, published again, redelivered after a crash at any place, acknowledged or
not; the log is folded step by step; ids are pruned by their number and by their age. After each
step the store says what the model says, which is written down from docs/guarantees.md and knows
nothing of logs, folding or rows. FUZZ_EXAMPLES says how many sequences are tried.
"""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from counting.totals import IdWindow, Totals, ledger
from decoding.message import Message
from postgres.shared import fold_turn, shared_log
from storing import delta_log, kept_ids
from tests.faults import kill_points
from tests.postgres_stack import Postgres
from tests.store_model import Model
from tests.store_places import POSTGRES, SQLITE, Place

WINDOW = IdWindow(seconds=100, rows=6)
ONE = [json.dumps({"cliente": c, "evento": e}).encode() for c in "abc" for e in "xy"]
GOOD = [*ONE, b"[" + ONE[0] + b"]", b"[" + b",".join(ONE) + b"]"]
BAD = [b"no es json", b'{"cliente": 7}', b"[" + ONE[1] + b",{}]"]
UNNAMED = [b"{}", b"[" + ONE[1] + b",{}]"]
KILL_AT = sorted(kill_points.POINTS - kill_points.ACKS)
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a sync costs nothing there


class KilledError(BaseException):
    """What SIGKILL is to a process: nothing in it goes on."""


class Counting(RuleBasedStateMachine):
    published = Bundle("published")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.now = 0.0
        changed = [
            (kept_ids, "_running_clock", self.clock_from),
            (delta_log, "SEAL_SECONDS", 0.0),
            (delta_log, "FOLD_CELLS", 1),
            (delta_log, "FORGET_ROWS", 1),
            (delta_log, "DEAL_CELLS", 3),
            (shared_log, "KEPT_SECONDS", 0.0),
            (fold_turn, "TURN_SECONDS", 0.0),
        ]
        self.patch = pytest.MonkeyPatch()
        for module, name, value in changed:
            self.patch.setattr(module, name, value)
        kill_points.install(self.reach, self.patch.setattr)
        self.kill_at: str | None = None
        self.open()
        self.model = Model(WINDOW)
        self.queue: list[Message] = []
        self.next_id = 0

    def teardown(self) -> None:
        self.patch.undo()
        self.store.close()

    def open(self) -> None:
        self.store = self.place.open(WINDOW)
        self.totals = self.store.load()

    def clock_from(self, start: float) -> Callable[[], float]:
        opened = self.now
        return lambda: start + self.now - opened

    def reach(self, point: str) -> None:
        if point == self.kill_at:
            raise KilledError(point)

    @rule(target=published, body=st.sampled_from(GOOD + BAD))
    def publish(self, body: bytes) -> Message:
        return self.send(body)

    def send(self, body: bytes) -> Message:
        self.next_id += 1
        message = Message(0, body, f"id-{self.next_id}")
        self.queue.append(message)
        return message

    @rule(body=st.sampled_from(GOOD + BAD))
    def publish_without_an_id(self, body: bytes) -> None:
        self.queue.append(Message(0, body))

    @rule(message=published)
    def publish_again(self, message: Message) -> None:
        self.queue.append(message)

    @rule(message=published, body=st.sampled_from(GOOD + BAD))
    def publish_under_a_used_id(self, message: Message, body: bytes) -> None:
        self.queue.append(message._replace(body=body))

    @rule(target=published, body=st.sampled_from(UNNAMED))
    def publish_without_a_client(self, body: bytes) -> Message:
        return self.send(body)

    @rule(message=published, app_id=st.sampled_from("abc"))
    def publish_again_with_a_client(self, message: Message, app_id: str) -> None:
        """What was rejected for want of one counts now."""
        self.queue.append(message._replace(app_id=app_id))

    @rule(seconds=st.sampled_from([1, 30, 99, 101]))
    def count_for_a_while(self, seconds: int) -> None:
        """Ids age by it."""
        self.now += seconds

    @rule(n=st.integers(1, 5))
    def count_and_acknowledge(self, n: int) -> None:
        self.commit(n)
        del self.queue[:n]

    @rule(n=st.integers(1, 5), acknowledged=st.integers(0, 5))
    def crash_in_the_middle_of_the_acks(self, n: int, acknowledged: int) -> None:
        """None of them, or all, are the cases of before and after."""
        self.commit(n)
        del self.queue[: min(n, acknowledged)]
        self.restart()

    @rule(n=st.integers(1, 5), point=st.sampled_from(KILL_AT))
    def crash_while_counting(self, n: int, point: str) -> None:
        self.kill_at = point
        try:
            self.commit(n)
        except KilledError:
            if point == "after_commit":
                self.model.count(self.queue[:n], self.store_clock)
        self.restart()

    @rule(steps=st.integers(1, 4))
    def fold(self, steps: int) -> None:
        for _ in range(steps):
            self.store.tend()

    @rule(point=st.sampled_from(KILL_AT))
    def crash_while_folding(self, point: str) -> None:
        self.kill_at = point
        with suppress(KilledError):
            self.fold(3)
        self.restart()

    @rule()
    def crash(self) -> None:
        self.restart()

    def commit(self, n: int) -> None:
        batch = [m._replace(tag=tag) for tag, m in enumerate(self.queue[:n])]
        if batch:
            self.store_clock = self.store._ids.clock()
            committed = self.store.apply(batch)
            self.totals.add(committed)
            assert committed.counted.to_reject == self.model.count(batch, self.store_clock)

    def restart(self) -> None:
        self.kill_at = None
        self.store.close()
        self.open()

    @invariant()
    def memory_says_what_the_model_says(self) -> None:
        """I1 to I4: nothing is counted twice or not at all, and the ledger balances."""
        self.says_the_same(self.totals)

    @invariant()
    def the_disk_says_what_the_model_says(self) -> None:
        """However far folding got."""
        self.says_the_same(self.store.load())

    def says_the_same(self, totals: Totals) -> None:
        model = self.model
        assert totals.clientes == model.clientes
        assert totals.eventos == model.eventos
        assert totals.eventos_contados == model.eventos.total()
        book = ledger(totals)
        assert Counter(book["mensajes"]) == model.fates + Counter(recibidos=model.fates.total())
        assert book["sin_id"] == model.without_id
        assert book["version"] == model.commits
        assert book["ventana_ids"]["filas"] == len(model.known)


def test_in_a_file() -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        numbers = count()

        def anew() -> Counting:
            return Counting(Place(SQLITE, f"{folder}/{next(numbers)}.db"))

        _run(anew, _settings(EXAMPLES))


def test_in_postgres(postgres: Postgres) -> None:
    """Fewer sequences, since each is a hundred conversations with a server."""

    def anew() -> Counting:
        return Counting(Place(POSTGRES, postgres.fresh()))

    _run(anew, _settings(-(-EXAMPLES // 6)))


def _settings(examples: int) -> settings:
    return settings(max_examples=examples, stateful_step_count=30)


def _run(anew: Callable[[], RuleBasedStateMachine], how: settings) -> None:
    run_state_machine_as_test(anew, settings=how)  # type: ignore[arg-type]  # any factory will do
