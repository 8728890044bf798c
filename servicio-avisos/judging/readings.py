"""What was read of the analytics in one round, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from judging.earlier import Past


class Client(NamedTuple):
    """*seen* is the time of its newest event, by the client's own clock; None: not known."""

    total: int
    seen: float | None


class Status(NamedTuple):
    """
    What `/reporte/estado` says; *since* is when the broker's state began.

    *refuses*: the broker takes nothing of what is published, though it is connected.
    """

    broker: str
    since: float | None
    store: str
    waiting: int | None
    lag: float
    refuses: bool = False


class Counts(NamedTuple):
    """What `/reporte` says; *rejected* includes conflicts."""

    epoch: str
    total: int
    rejected: int
    duplicates: int
    types: Mapping[str, int]


class Band(NamedTuple):
    """What a rule's window held and what is usual then; no *low* and *high*: still learning."""

    client: str | None
    event: str | None
    begin: float
    counted: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """
    Without *status* the analytics did not answer, and there is nothing else either; *asked* is when
    they were asked.

    *bands* are by the rule's name, and there only in the round in which they were asked for, as is
    what a client did in the *past*.
    """

    at: float
    status: Status | None = None
    counts: Counts | None = None
    clients: Mapping[str, Client] | None = None
    bands: Mapping[str, Sequence[Band]] | None = None
    past: Past | None = None
    asked: float | None = None
