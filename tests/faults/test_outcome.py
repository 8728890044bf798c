"""The judgement of a fault run, fed with wrong outcomes: each must be noticed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.faults.outcome import Facts, counters, violations
from tests.faults.watcher import History
from tests.faults.workload import POISON, Ledger, body_of, client_of, digest_of, entry, numbers_of

SENT = {1, 2, 3, POISON + 4}
GOOD = Facts(
    ledger=Ledger(SENT, SENT),
    counted=Counter({1: 1, 2: 1, 3: 1}),
    dead_letters=Counter({POISON + 4: 2}),
    total=3,
    clients={client_of(n): 1 for n in (1, 2, 3)},
    copies=1,
)


def test_good_run_violates_nothing() -> None:
    """A repeated dead letter and a recognised copy are allowed."""
    assert violations(GOOD) == []
    assert counters(GOOD)._asdict() == {
        "attempt": 4,
        "acknowledged": 4,
        "ok": 4,
        "lost": 0,
        "recovered": 0,
        "unexpected": 0,
        "duplicated": 1,
        "double_counted": 0,
    }


@pytest.mark.parametrize(
    ("change", "invariant", "counter"),
    [
        ({"counted": Counter({1: 1, 2: 1}), "total": 2}, "I2", "lost"),
        ({"dead_letters": Counter()}, "I2", "lost"),
        ({"counted": Counter({1: 2, 2: 1, 3: 1}), "total": 4}, "I3", "double_counted"),
        ({"total": 4}, "I3", "double_counted"),
        ({"total": 2}, "I1", None),
        ({"clients": {"cliente_1": 3}}, "I1", None),
        ({"dead_letters": Counter({POISON + 4: 1, 1: 1})}, "I4", None),
        ({"counted": Counter({1: 1, 2: 1, 3: 1, POISON + 4: 1}), "total": 4}, "I4", None),
        ({"queued": 1}, "I5", None),
        ({"complaints": ("version 3 after 4",)}, "I6", None),
        ({"strangers": 1}, "never sent", "unexpected"),
        ({"ledger": Ledger(SENT, SENT - {3})}, "unconfirmed", "recovered"),
        ({"ledger": Ledger()}, "nothing was attempted", None),
    ],
)
def test_wrong_outcome_is_noticed(
    change: dict[str, object], invariant: str, counter: str | None
) -> None:
    """Each wrong outcome violates the invariant that forbids it, and its counter shows it."""
    wrong = replace(GOOD, **change)  # type: ignore[arg-type]

    assert any(invariant in text for text in violations(wrong))
    assert counter is None or getattr(counters(wrong), counter) >= 1


def test_event_published_again_under_another_id_is_counted_twice() -> None:
    """An event is its number, so a second id for it does not make it a second event."""
    twice = replace(GOOD, counted=Counter({1: 1, 2: 1, 3: 2}), total=4)

    assert counters(twice).double_counted == 1


def test_dead_publisher_may_leave_events_unconfirmed() -> None:
    """What a killed publisher had not heard of may be there or not."""
    facts = replace(GOOD, ledger=Ledger(SENT | {5}, SENT - {3}), publishers_died=True)

    assert violations(facts) == []
    assert counters(facts).recovered == 1


def read(*lines: str) -> Ledger:
    ledger = Ledger()
    ledger.read(lines)
    return ledger


def test_ledger_ignores_a_line_cut_off_by_a_kill() -> None:
    """Half a number must not become another number."""
    one = body_of(12)
    ledger = read(entry("a", one).decode(), entry("c", one).decode(), "a 345 1")

    assert ledger == Ledger({12}, {12}, {digest_of(one): (12,)}, {digest_of(one)})


def test_ledger_knows_the_events_of_a_batch() -> None:
    """A batch is one message, and each of its events is accounted for."""
    batch = b"[" + b",".join(map(body_of, (1, 2, 3))) + b"]"
    ledger = read(entry("a", batch).decode())

    assert ledger == Ledger({1, 2, 3}, set(), {digest_of(batch): (1, 2, 3)}, set())


def test_body_tells_its_number() -> None:
    """Good or poison, the number can be read from the body."""
    for number in (0, 7, POISON + 7):
        assert numbers_of(body_of(number)) == [number]


def report(version: int, epoca: str = "x", **clients: int) -> dict[str, object]:
    total = sum(clients.values())
    return {
        "epoca": epoca,
        "version": version,
        "total": total,
        "clientes": clients,
        "otros": {"clientes": 0, "total": 0},
    }


def test_history_complains_of_what_falls() -> None:
    """Within an epoca neither version nor a client's count may fall; a new epoca begins anew."""
    history = History()
    for document in (report(5, a=3), report(5, a=3), report(1, epoca="y", a=1)):
        history.see_report(document)
    assert not history.complaints

    history.see_report(report(0, epoca="y"))

    assert history.complaints == ["version 0 after 1", "a fell from 1"]


def test_history_complains_of_a_ledger_that_does_not_balance() -> None:
    """Each message received has exactly one fate."""
    history = History()
    history.see_book({"mensajes": {"recibidos": 3, "contados": 1, "duplicados": 1}})

    assert len(history.complaints) == 1
