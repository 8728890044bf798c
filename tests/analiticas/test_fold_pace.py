"""Folding keeps up with counting, whatever arrives."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from counting.counted import Counted
from counting.tally import Tally
from counting.totals import IdWindow
from sqlite.file_connection import connect
from sqlite.file_store import open_store
from storing import delta_log
from storing.delta_log import DeltaLog


@pytest.fixture(name="log")
def _log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeltaLog]:
    monkeypatch.setattr(delta_log, "SEAL_CELLS", 1000)
    monkeypatch.setattr(delta_log, "FOLD_CELLS", 10)
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", 3600)
    open_store(tmp_path / "pulso.db", IdWindow(60, 1000)).close()
    with closing(connect(tmp_path / "pulso.db")) as db:
        yield DeltaLog(db, time.monotonic())


def new_clients(version: int) -> Counted:
    """A hundred that nobody else has."""
    return Tally(each=[(f"c{version:03}{n:03}", "e", 0) for n in range(100)]).counted()


def test_a_slice_is_small_while_there_is_room(log: DeltaLog) -> None:
    """When a second begins each cell is new: that alone must not make one commit fold much."""
    log.done(log.forget())
    for version in range(1, 12):
        log.add(version, new_clients(version))
        log.seal(time.monotonic())
    log.add(12, new_clients(12))

    folded = log.next_slice()

    assert folded
    assert 10 <= len(folded.cells) < 50


def test_the_log_is_bounded(log: DeltaLog) -> None:
    """With ten times more new cells a commit than a slice has, the log stays below two seals."""
    folded: Counter[tuple[str, str, int]] = Counter()
    most = 0
    for version in range(1, 101):
        counted = new_clients(version)
        log.write(version, counted.cells)
        if piece := log.next_slice():
            folded.update(piece.cells)
        step = piece or log.forget()
        log.add(version, counted)
        log.done(step)
        log.seal(time.monotonic())
        most = max(most, len(log.unfolded()))

    assert 1000 <= most <= 2000
    assert sum(folded.values()) + len(log.unfolded()) == 10_000
    assert folded.total() >= 8000
