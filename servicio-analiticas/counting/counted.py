"""What one batch of messages changes, as one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from counting.message_identity import Key
from counting.verdict import Kept, Verdict
from decoding.cell_reading import Cell
from decoding.message import Message

C_STEPS = 4  # cost about one in Python


class Rejected(NamedTuple):
    message: Message
    reason: str


Sent = tuple[float, float, int]
"""Of a message that counts: when its first event happened, when it was sent, its events."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Made by `count` (counting/tally.py). `cells` and what follows from it: events."""

    cells: Counter[Cell]
    each: Sequence[Cell]  # the cell of each event
    clientes: Counter[str]
    eventos: Counter[str]
    sent: Sequence[Sent]
    verdicts: Counter[Verdict]  # messages
    without_id: int
    ids: Sequence[tuple[Key, int, Kept]]
    replaced_ids: int  # of those, known before under another fate
    rejected: Sequence[Rejected]  # anew: to be recorded
    to_reject: Set[int]  # delivery tags, of repeated ones too
    to_copy: Sequence[Message]  # instead: see aside/copies.py
    untyped: Set[str]  # clients, see live/hint_log.py

    @property
    def events(self) -> int:
        return len(self.each)

    @property
    def is_concentrated(self) -> bool:
        return is_concentrated(self.cells, self.events)


class Before(NamedTuple):
    """What was counted of the names in a batch before it. A name that isn't there is new."""

    clientes: Mapping[str, int]
    eventos: Mapping[str, int]


def is_concentrated(cells: Mapping[Cell, int], events: int) -> bool:
    """Whether a step in Python for each cell costs less than one in C for each event."""
    return len(cells) * C_STEPS < events
