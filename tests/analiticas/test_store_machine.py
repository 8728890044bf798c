"""
The store and the identity table against a model, under any sequence of faults.

Messages are published, published again, redelivered after a crash before or after the commit,
acknowledged or not. Invariants I1 to I4 of docs/guarantees.md hold after each step.
"""

import json
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from counting import Message
from store import open_store
from totals import IdWindow, ledger

WINDOW = IdWindow(7 * 24 * 3600, 50_000_000)
GOOD = [json.dumps({"cliente": c}).encode() for c in "abc"]
BAD = [b"no es json", b'{"cliente": 7}']


class Counting(RuleBasedStateMachine):
    published = Bundle("published")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(Path(self.folder.name) / "pulso.db", WINDOW)
        self.totals = self.store.load()
        self.queue: list[Message] = []
        self.dead_letters: list[Message] = []
        self.seen: list[Message] = []
        self.next_id = 0

    def teardown(self):
        self.store.close()
        self.folder.cleanup()

    @rule(target=published, body=st.sampled_from(GOOD + BAD))
    def publish(self, body):
        self.next_id += 1
        message = Message(0, body, f"id-{self.next_id}")
        self.queue.append(message)
        return message

    @rule(message=published)
    def publish_again(self, message):
        self.queue.append(message)

    @rule(message=published, body=st.sampled_from(GOOD + BAD))
    def publish_under_a_used_id(self, message, body):
        self.queue.append(message._replace(body=body))

    @rule(n=st.integers(1, 5))
    def count_and_acknowledge(self, n):
        self._commit(n)
        del self.queue[:n]

    @rule(n=st.integers(1, 5))
    def crash_between_commit_and_ack(self, n):
        self._commit(n)
        self._restart()

    @rule(n=st.integers(1, 5), acknowledged=st.integers(0, 5))
    def crash_in_the_middle_of_the_acks(self, n, acknowledged):
        self._commit(n)
        del self.queue[: min(n, acknowledged)]
        self._restart()

    @rule()
    def crash(self):
        self._restart()

    def _commit(self, n):
        batch = self.queue[:n]
        if batch:
            batch = [m._replace(tag=n) for n, m in enumerate(batch)]
            committed = self.store.apply(batch)
            self.totals.add(*committed)
            self.seen += batch
            self.dead_letters += [m for m in batch if m.tag in committed.tally.to_reject]
            assert committed.tally.verdicts.total() == len(batch)

    def _restart(self):
        self.store.close()
        self.store = open_store(Path(self.folder.name) / "pulso.db", WINDOW)
        assert self.store.load() == self.totals
        self.totals = self.store.load()

    @invariant()
    def each_id_is_counted_at_most_once(self):
        """I1 and I3: the total is the number of distinct ids that had a countable body."""
        countable = {m.message_id for m in self.seen if m.body in GOOD}
        assert self.totals.eventos_contados == len(countable)
        assert sum(self.totals.clientes.values()) == len(countable)

    @invariant()
    def nothing_vanishes(self):
        """I2 and I4: each message seen is counted under its id or was sent to the rejected."""
        counted_or_rejected = {(m.message_id, m.body) for m in self.dead_letters}
        for message in self.seen:
            if message.body in BAD:
                assert (message.message_id, message.body) in counted_or_rejected

    @invariant()
    def the_ledger_balances(self):
        fates = ledger(self.totals)["mensajes"]
        assert fates["recibidos"] == len(self.seen)
        assert fates["contados"] == len({m.message_id for m in self.seen if m.body in GOOD})


Counting.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestCounting = Counting.TestCase
