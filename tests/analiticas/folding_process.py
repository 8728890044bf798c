"""A process that counts and folds until it is killed at a named place."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.connection import Connection

from counting.totals import IdWindow
from decoding.message import Message
from postgres.shared import fold_turn, shared_log
from storing import delta_log
from tests.faults import kill_points
from tests.store_places import Place


def count_all(
    place: Place, window: IdWindow, messages: Sequence[Message], point: str, told: Connection
) -> None:
    """Count each message, tell that it is counted, and fold in small steps."""
    delta_log.SEAL_SECONDS, delta_log.FOLD_CELLS, delta_log.FORGET_ROWS = 0, 3, 2
    delta_log.DEAL_CELLS = 10
    shared_log.KEPT_SECONDS = fold_turn.TURN_SECONDS = 0
    store = place.open(window)
    kill_points.install(kill_points.armed(point))
    for message in messages:
        store.apply([message])
        told.send_bytes(b"counted")
        while store.tend():
            pass
