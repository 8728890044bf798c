"""A process that counts and folds until it is killed at a named place."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from counting.totals import IdWindow
from decoding.message import Message
from storing import delta_log
from storing.store import open_store
from tests.faults import kill_points


def count_all(
    path: Path, window: IdWindow, messages: Sequence[Message], point: str, told: Connection
) -> None:
    """Count each message, tell that it is counted, and fold in small steps."""
    delta_log.SEAL_SECONDS, delta_log.FOLD_CELLS, delta_log.FORGET_ROWS = 0, 3, 2
    delta_log.DEAL_CELLS = 10
    store = open_store(path, window)
    kill_points.install(kill_points.armed(point))
    for message in messages:
        store.apply([message])
        told.send_bytes(b"counted")
        while store.tend():
            pass
