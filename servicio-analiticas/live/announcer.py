"""Tells of each commit: memory, whoever waits for a change, and the log."""

from __future__ import annotations

import time

from counting.totals import Committed
from live.hint_log import HintLog
from live.live import Live
from live.reject_log import RejectLog
from storing.store import Others


class Announcer:
    def __init__(self, live: Live, others: Others | None) -> None:
        self._live, self._others = live, others
        self._rejects, self._hints = RejectLog(), HintLog()

    def tell(self, committed: Committed, newest: float | None) -> None:
        """*newest*: when the last message of the batch was sent, if it says so."""
        live, counted = self._live, committed.counted
        if self._others:  # who may have counted something before it
            live.hear(self._others.news())
        else:
            live.totals.add(committed)
        live.share.add(counted)
        live.vitals.newest_counted = newest or committed.generado
        live.rates.add(counted.events, time.monotonic())
        live.delays.add(counted.sent, time.time(), time.monotonic())
        live.ring()
        live.rejected_fields.add(reason for _, reason in counted.rejected)
        if counted.to_copy:
            live.vitals.copies += len(counted.to_copy)
            live.copies_wait.set()
        self._rejects.report(counted.rejected, time.monotonic())
        self._hints.report(counted.untyped)
