from __future__ import annotations

import logging
from collections.abc import Iterable

LOG = logging.getLogger("analiticas.avisos")


class HintLog:
    """Tells once a client, of a hundred at most, that its events' type is not where it is read."""

    CLIENTS = 100

    def __init__(self) -> None:
        self._told: set[str] = set()

    def report(self, untyped: Iterable[str]) -> None:
        """*untyped*: clients of events that name no `evento`, but an `event` or a `type`."""
        for cliente in untyped:
            if cliente not in self._told and len(self._told) < self.CLIENTS:
                self._told.add(cliente)
                LOG.warning(
                    "%.66r sends its type as 'event' or 'type', which is not looked at: its events"
                    " count as 'evento'. The field is named evento (docs/publishing.md).",
                    cliente,
                )
