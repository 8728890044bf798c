"""Which events a confirm is about."""

from array import array

import pytest

from carga.sending.confirm_ledger import SPENT, ConfirmLedger
from carga.wire.messages import NUMBER, TICKS
from publishing.outbox import Message


@pytest.fixture
def now() -> list[int]:
    return [100 * TICKS]


@pytest.fixture
def ledger(now: list[int]) -> ConfirmLedger:
    return ConfirmLedger(lambda: now[0])


def message(number: int, events: int) -> Message:
    return Message(f"id {number}", b"[]", None, 0, events)


def test_confirms_come_in_any_order(ledger: ConfirmLedger, now: list[int]) -> None:
    """Each message carries what was announced in its turn, whichever is confirmed first."""
    ledger.expect([(10, 2), (20, 3)], array(NUMBER, [7, 8, 7, 7, 9]))
    first, second = message(1, 3), message(2, 2)
    ledger.add(first)
    ledger.add(second)
    ledger.take(), ledger.take()

    ledger.confirm(second)

    assert ledger.confirmed == {7: 1, 9: 1}
    assert ledger.take_latencies() == [(0, 80 * TICKS, 2)]
    assert ledger.unconfirmed(5) == {7: 2, 8: 1}

    now[0] = 2010 * TICKS
    ledger.confirm(first)

    assert ledger.confirmed == {7: 3, 8: 1, 9: 1}
    assert sorted(ledger.take_latencies()) == [(0, 1990 * TICKS, 1), (0, 2000 * TICKS, 2)]
    assert not ledger.unconfirmed(5)


def test_what_still_gathers_is_unconfirmed(ledger: ConfirmLedger) -> None:
    """Events that were accepted and are in no message yet are known, others are not counted."""
    ledger.expect([(10, 5)], array(NUMBER, [1, 1, 2, 2, 3]))
    ledger.add(message(1, 2))

    assert ledger.unconfirmed(accepted=4) == {1: 2, 2: 2}


def test_long_runs_keep_the_order(ledger: ConfirmLedger) -> None:
    """However many events went into messages, each message carries its own."""
    numbers = array(NUMBER, range(3 * SPENT))
    ledger.expect([(10, len(numbers))], numbers)

    for number in range(3 * SPENT // 1000):
        ledger.add(message(number, 1000))
        ledger.confirm(ledger.take())

    rest = len(numbers) % 1000
    assert ledger.confirmed == dict.fromkeys(range(len(numbers) - rest), 1)
    assert ledger.unconfirmed(len(numbers)) == dict.fromkeys(numbers[-rest:], 1)
