"""What tests ask a history, and when."""

from collections.abc import Mapping
from typing import Any

from history.history import History
from history.query import HistoryQuery
from history.steady_clock import Moment

NOW = 1_795_503_600  # the first second of an hour
HOUR, DAY = 3600, 86400


def moment(now: float) -> Moment:
    """A moment at which no clock is wrong."""
    return Moment(now, now)


def ask(
    history: History, now: float = NOW, pending: Mapping[Any, int] | tuple[()] = (), **query: Any
) -> dict[str, Any]:
    return history.read(HistoryQuery(**query), dict(pending), moment(now))


def whole(history: History, now: float = NOW, **query: Any) -> list[int]:
    """The counts of all events that match."""
    (series,) = ask(history, now, por="total", **query)["series"]
    return series["puntos"]
