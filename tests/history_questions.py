"""What tests ask a history, and when."""

from collections.abc import Mapping
from typing import Any

from history.answer import answer
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
    return read(history, HistoryQuery(**query), dict(pending), now)


def read(
    history: History, query: HistoryQuery, pending: Mapping[Any, int], now: float
) -> dict[str, Any]:
    """Answer as of now, as if *pending* were folded."""
    return answer(history._db, history.view(pending, moment(now)), query)


def whole(history: History, now: float = NOW, **query: Any) -> list[int]:
    """The counts of all events that match."""
    (series,) = ask(history, now, por="total", **query)["series"]
    points: list[int] = series["puntos"]
    return points
