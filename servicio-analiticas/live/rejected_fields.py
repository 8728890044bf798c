from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_FIELD = re.compile(r"(?:\[\d+\]\.?)?(\w+)")


class RejectedFields:
    """
    Messages rejected by this process, by the field that was wrong.

    By the field and not by the reason: what comes from outside must not make labels.
    """

    KNOWN = frozenset({"JSON", "body", "cliente", "evento", "timestamp", "message_id"})

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter(dict.fromkeys([*self.KNOWN, "other"], 0))

    def add(self, reasons: Iterable[str]) -> None:
        for reason in reasons:
            found = _FIELD.match(reason)
            field = found[1] if found else "other"
            self.counts[field if field in self.KNOWN else "other"] += 1
