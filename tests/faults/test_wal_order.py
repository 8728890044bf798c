"""The reader of system call traces, on traces of what must not happen."""

from __future__ import annotations

from tests.faults.wal_order import order_of

SYNC = "7 fdatasync(5</x/pulso.db-wal>) = 0\n"
SYNC_BEGINS = "7 fdatasync(5</x/pulso.db-wal> <unfinished ...>\n"
SYNC_ENDS = "7 <... fdatasync resumed>) = 0\n"
OTHER_SYNC = "7 fdatasync(6</x/pulso.db>) = 0\n"
ACK = '8 sendto(9<socket:[1]>, "\\x01\\x00\\x01\\x00\\x3c\\x00\\x50\\x00", 21) = 21\n'
REJECT = ACK.replace("x50", "x5a")


def test_sync_then_acknowledgement() -> None:
    """One sync allows one write, whether it was told in one line or two."""
    assert order_of([SYNC, ACK, SYNC_BEGINS, SYNC_ENDS, REJECT]) == (2, 2, 0)


def test_acknowledgement_without_a_sync_of_its_own() -> None:
    """The sync before the last acknowledgement proves nothing for this one."""
    assert order_of([SYNC, ACK, ACK]) == (1, 2, 1)


def test_acknowledgement_always_one_sync_ahead() -> None:
    """Acknowledging before each commit shows too, though a sync lies between any two."""
    assert order_of([ACK, SYNC, ACK, SYNC, ACK, SYNC]) == (3, 3, 3)


def test_acknowledgement_while_the_sync_still_runs() -> None:
    """A sync counts from when it has returned."""
    assert order_of([SYNC_BEGINS, ACK, SYNC_ENDS]) == (1, 1, 1)


def test_sync_of_another_file() -> None:
    """Only the log of the store makes a commit durable."""
    assert order_of([OTHER_SYNC, ACK]) == (0, 1, 1)
