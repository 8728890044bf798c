from __future__ import annotations

from collections import Counter

from counting.counted import Counted
from counting.verdict import Verdict


class Share:
    """What this process counted since its start; others may count into the same store."""

    def __init__(self) -> None:
        self.messages: Counter[Verdict] = Counter()
        self.events = 0
        self.set_aside: Counter[str] = Counter()  # messages, by the broker's reason

    def add(self, counted: Counted) -> None:
        self.messages.update(counted.verdicts)
        self.events += counted.events
