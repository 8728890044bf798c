"""From reports to messages: what changed since the last one."""

from __future__ import annotations

import logging
from typing import NamedTuple

from messages.frames import MAX_PAYLOAD, Instantanea, change_between, encode
from messages.report_wire import Reporte
from messages.shown import shown_of

LOG = logging.getLogger("panel.push")


class Update(NamedTuple):
    """*change* turns the snapshot before into this one; None where only the snapshot will do."""

    snapshot: bytes
    change: bytes | None


class Deltas:
    """Remembers what is shown."""

    def __init__(self) -> None:
        self._shown: Instantanea | None = None

    def is_older(self, report: Reporte) -> bool:
        """Whether what is shown is newer, and of the same store."""
        shown = self._shown
        return shown is not None and (shown.epoca, shown.version > report.version) == (
            report.epoca,
            True,
        )

    def advance(self, report: Reporte) -> Update | None:
        """
        Show *report*, unless it is older; return what viewers need for it, None if nothing.

        Of several that answer in turn one may be behind, and no number is to fall for that.
        """
        if self.is_older(report):
            return None
        (now, snapshot), before = shown_of(report), self._shown
        if now == before:
            return None
        self._shown = now
        return Update(snapshot, _change(before, now))


def _change(before: Instantanea | None, now: Instantanea) -> bytes | None:
    if before is None:
        return None
    if before.epoca != now.epoca:
        LOG.warning("counting started anew: epoca %r, was %r", now.epoca, before.epoca)
        return None
    change = encode(change_between(before, now))
    # 200 clients gone and 200 others come can be too much for a frame. A snapshot always fits.
    return change if len(change) <= MAX_PAYLOAD else None
