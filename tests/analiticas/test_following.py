"""
Several stores on one PostgreSQL, as so many processes have them: each says what all have counted.

Whatever is counted, folded, forgotten or lost in which order, equal versions tell the same bytes.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from counting.totals import IdWindow, Totals, ledger, report
from decoding.message import Message
from postgres.server_store import ServerStore, open_store
from postgres.server_url import ServerUrl
from postgres.shared import shared_log
from postgres.shared.shared_log import SharedLog
from storing import delta_log
from storing.client_row import PageOfClients
from tests.postgres_stack import Postgres

WINDOW = IdWindow(604800, 50_000_000)
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
MOST = 3
WHO = st.integers(0, MOST - 1)
EVENTS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xy")), min_size=1)


class Instance:
    """A store, and what its process tells."""

    def __init__(self, url: str) -> None:
        self.store: ServerStore = open_store(ServerUrl(url), WINDOW)
        self.totals = self.store.load()

    def hear(self) -> Totals:
        for news in self.store.others.news():
            self.totals = self.totals.after(news)
        return self.totals

    def look(self) -> Totals:
        self.store.others.look()
        return self.hear()


def told(totals: Totals) -> str:
    return json.dumps([report(totals, 1000), ledger(totals)])


class Several(RuleBasedStateMachine):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(delta_log, "SEAL_SECONDS", 0.0)
        self.patch.setattr(delta_log, "FOLD_CELLS", 1)
        self.patch.setattr(delta_log, "FORGET_ROWS", 1)
        self.patch.setattr(delta_log, "DEAL_CELLS", 3)
        self.patch.setattr(shared_log, "KEPT_SECONDS", 0.0)
        self.each = [Instance(url) for _ in range(MOST)]
        self.number = 0
        self.counted: Counter[str] = Counter()
        self.said: dict[tuple[str, int], str] = {}
        self.versions = [0] * MOST

    def teardown(self) -> None:
        try:
            self.all_know_the_same()
        finally:
            self.patch.undo()
            for one in self.each:
                one.store.close()

    @rule(who=WHO, events=EVENTS)
    def count(self, who: int, events: list[tuple[str, str]]) -> None:
        self.number += 1
        body = json.dumps([{"cliente": c, "evento": e} for c, e in events])
        self.each[who].store.apply([Message(1, body.encode(), str(self.number))])
        self.counted.update(cliente for cliente, _ in events)

    @rule(who=WHO)
    def count_again(self, who: int) -> None:
        """A copy of the last message, at whichever of them, counts nowhere."""
        body = json.dumps([{"cliente": "z"}]).encode()
        self.counted["z"] += not self.counted["z"]
        self.each[who].store.apply([Message(1, body, "la misma")])

    @rule(who=WHO)
    def look(self, who: int) -> None:
        self.each[who].look()

    @rule(who=WHO, steps=st.integers(1, 6))
    def fold(self, who: int, steps: int) -> None:
        for _ in range(steps):
            self.each[who].store.tend()

    @rule(who=WHO)
    def the_turn_to_fold_passes(self, who: int) -> None:
        self.each[who].store._turn.give()

    @rule(kept=st.sampled_from([0.0, 60.0]))
    def rows_stay(self, kept: float) -> None:
        self.patch.setattr(shared_log, "KEPT_SECONDS", kept)

    @rule(who=WHO)
    def lose_the_connection(self, who: int) -> None:
        self.each[who].store._db.close()
        self.each[who].store.tend()

    @rule(who=WHO)
    def start_again(self, who: int) -> None:
        self.each[who].store.close()
        self.each[who], self.versions[who] = Instance(self.url), 0

    @invariant()
    def equal_versions_say_the_same(self) -> None:
        for who, one in enumerate(self.each):
            totals = one.hear()
            said = self.said.setdefault((totals.epoca, totals.version), told(totals))
            assert told(totals) == said
            assert totals.version >= self.versions[who]
            self.versions[who] = totals.version

    def all_know_the_same(self) -> None:
        """Memory and tables, together and alone."""
        for one in self.each:
            assert one.look().clientes == self.counted
            with one.store._writer.reading():
                fresh = SharedLog(one.store._db, 0.0)
                assert one.store._books.log.unfolded() == fresh.unfolded()
            pages = one.store.read_clients(PageOfClients("", 99))["clientes"]
            assert {row["cliente"]: row["total"] for row in pages} == self.counted
        for one in self.each:
            assert one.store.load() == one.totals
        assert len({told(one.totals) for one in self.each}) == 1


def test_several_as_one(postgres: Postgres) -> None:
    def anew() -> RuleBasedStateMachine:
        return Several(postgres.fresh())

    how = settings(max_examples=-(-EXAMPLES // 4), stateful_step_count=40)
    run_state_machine_as_test(anew, settings=how)  # type: ignore[arg-type]  # any factory will do


@pytest.fixture(name="two")
def _two(postgres: Postgres) -> Iterator[tuple[ServerStore, ServerStore]]:
    url = ServerUrl(postgres.fresh())
    with closing(open_store(url, WINDOW)) as one, closing(open_store(url, WINDOW)) as other:
        yield one, other


def test_the_same_messages_raced_to_two(two: tuple[ServerStore, ServerStore]) -> None:
    """Each counts once, or conflicts once, whoever comes first."""
    copies = [Message(n, b'{"cliente":"a"}', f"id-{n % 40}") for n in range(80)]
    others = [message._replace(body=b'{"cliente":"b"}') for message in copies]

    def count(store: ServerStore, messages: list[Message]) -> None:
        for n in range(0, len(messages), 8):
            store.apply(messages[n : n + 8])

    with ThreadPoolExecutor(2) as threads:
        for done in [
            threads.submit(count, *given) for given in zip(two, (copies, others), strict=True)
        ]:
            done.result()

    totals = two[0].load()
    assert (totals.contados, totals.eventos_contados) == (40, 40)
    assert totals.contados + totals.duplicados + totals.conflictos == 160
    assert totals.conflictos >= 40
    assert two[1].load() == totals


def test_commits_are_heard_of(two: tuple[ServerStore, ServerStore]) -> None:
    """What one commits the other is told of, and not what it commits itself."""

    heard = Event(), Event()
    for store, event in zip(two, heard, strict=True):
        store.others.listen(event.set)
    two[0].others.tell(b"bien", soon=False)
    _until(lambda: two[1].others.told == [b"bien"])

    two[0].apply([Message(1, b'{"cliente":"a"}', "uno")])

    assert heard[1].wait(20)
    assert not heard[0].is_set()
    two[0].close()
    _until(lambda: two[1].others.told == [])


def _until(condition: Callable[[], bool], seconds: float = 20) -> None:

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
