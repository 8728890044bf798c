"""
What a fault run came to: Jepsen's counters, and the invariants of docs/guarantees.md. No I/O.

Events are known by their number, which their body tells: so an event that was published again
under another id is still the same event, counted twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.faults.workload import POISON, Ledger, client_of


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found after a run, each from its own source."""

    ledger: Ledger
    counted: Counter[int] = field(default_factory=Counter)  # ids by which the store counted it
    dead_letters: Counter[int] = field(default_factory=Counter)  # copies in the rejected queue
    strangers: int = 0  # bodies in store or rejected queue that no publisher attempted
    queued: int = 0  # ready messages once the consumer has ended
    total: int = 0  # of `GET /reporte`
    clients: Mapping[str, int] = field(default_factory=dict)  # likewise
    copies: int = 0  # messages that the analytics recognised as copies
    complaints: tuple[str, ...] = ()  # of the watcher, about what it read during the run
    publishers_died: bool = False
    conflicting: frozenset[int] = frozenset()  # sent under an id that counts another body


class Counters(NamedTuple):
    attempt: int
    acknowledged: int
    ok: int  # acknowledged, and counted or set aside
    lost: int  # acknowledged, and neither
    recovered: int  # outcome unknown to its publisher, but counted or set aside
    unexpected: int  # counted or set aside, but never attempted
    duplicated: int  # copies that arrived and were recognised
    double_counted: int


def counters(facts: Facts) -> Counters:
    attempts, acknowledged = facts.ledger.attempts, facts.ledger.acknowledged
    read = set(facts.counted) | set(facts.dead_letters)
    return Counters(
        attempt=len(attempts),
        acknowledged=len(acknowledged),
        ok=len(acknowledged & read),
        lost=len(acknowledged - read),
        recovered=len((attempts - acknowledged) & read),
        unexpected=len(read - attempts) + facts.strangers,
        duplicated=facts.copies,
        double_counted=_double_counted(facts),
    )


def _double_counted(facts: Facts) -> int:
    by_ids = facts.counted.total() - len(facts.counted)
    # The total may be too large although no id is there twice: counted, its id not kept.
    by_total = facts.total - len(facts.counted)
    return max(by_ids, by_total, 0)


def violations(facts: Facts) -> list[str]:
    """The invariants that do not hold, each as a sentence; none after a good run."""
    return [text for holds, text in _invariants(facts) if not holds] + [
        f"I6 {complaint}" for complaint in facts.complaints
    ]


def _invariants(facts: Facts) -> list[tuple[bool, str]]:
    n = counters(facts)
    expected = Counter(client_of(number) for number in facts.counted)
    both = set(facts.counted) & set(facts.dead_letters)
    wrong = {x for x in facts.counted if _belongs_aside(facts, x)}
    wrong |= {x for x in facts.dead_letters if not _belongs_aside(facts, x)}
    open_attempts = n.attempt - n.acknowledged
    return [
        (n.attempt > 0, "nothing was attempted: the run shows nothing"),
        (
            facts.total == len(facts.counted) and facts.clients == expected,
            f"I1 the report says {facts.total} events, the store knows {len(facts.counted)} ids",
        ),
        (n.lost == 0, f"I2 {n.lost} confirmed events are neither counted nor set aside"),
        (n.double_counted == 0, f"I3 {n.double_counted} events are counted twice"),
        (not both, f"I4 {len(both)} events are both counted and set aside"),
        (not wrong, f"I4 {len(wrong)} events are counted that should be set aside, or reverse"),
        (facts.queued == 0, f"I5 {facts.queued} messages are left in the queue"),
        (n.unexpected == 0, f"{n.unexpected} events were never sent"),
        (
            facts.publishers_died or open_attempts == 0,
            f"{open_attempts} events are unconfirmed although their publisher lives",
        ),
    ]


def _belongs_aside(facts: Facts, number: int) -> bool:
    return number >= POISON or number in facts.conflicting
