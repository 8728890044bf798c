"""Folding keeps up with counting, whatever arrives."""

import time
from collections import Counter
from pathlib import Path

import pytest

from counting.tally import Tally
from counting.totals import IdWindow
from sqlite.file_connection import connect
from sqlite.file_store import open_store
from storing import delta_log
from storing.delta_log import DeltaLog


def test_the_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ten times more new cells a commit than a slice has, the log stays below two seals."""
    monkeypatch.setattr(delta_log, "SEAL_CELLS", 1000)
    monkeypatch.setattr(delta_log, "FOLD_CELLS", 10)
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", 3600)
    open_store(tmp_path / "pulso.db", IdWindow(60, 1000)).close()
    db = connect(tmp_path / "pulso.db")
    log = DeltaLog(db, time.monotonic())
    folded: Counter[tuple[str, str, int]] = Counter()
    most = 0
    for version in range(1, 101):
        counted = Tally(each=[(f"c{version:03}{n:03}", "e", 0) for n in range(100)]).counted()
        log.write(version, counted.cells)
        if piece := log.next_slice():
            folded.update(piece.cells)
        step = piece or log.forget()
        log.add(version, counted)
        log.done(step)
        log.seal(time.monotonic())
        most = max(most, len(log.unfolded()))
    db.close()

    assert 1000 <= most <= 2000
    assert sum(folded.values()) + len(log.unfolded()) == 10_000
    assert folded.total() >= 8000
