"""Whether what is read is all that happened: silence says something only then."""

from __future__ import annotations

from judging.readings import Status

PATIENCE = 5.0  # seconds: one answer that comes late makes nothing stale
LATE = 10.0  # seconds: what waits longer than this to be counted may be anybody's
UNREACHABLE, NO_BROKER, HELD_UP, REFUSES, PAUSED, BEHIND = (
    "sin_respuesta",
    "sin_broker",
    "broker_bloqueado",
    "broker_rechaza",
    "almacen_en_pausa",
    "con_atraso",
)


def why_stale(status: Status | None) -> str | None:
    """The reason, None when the numbers are current."""
    if status is None:
        return UNREACHABLE
    if status.broker != "conectado":
        return HELD_UP if status.broker == "bloqueado" else NO_BROKER
    if status.refuses:
        return REFUSES
    if status.store != "ok":
        return PAUSED
    return BEHIND if status.lag > LATE else None


def _begin(reason: str | None, status: Status | None, at: float) -> float:
    """When it began: the analytics say since when they have no broker."""
    if reason in (NO_BROKER, HELD_UP) and status is not None and status.since is not None:
        return min(at, status.since)
    return at


class Freshness:
    """
    *since* is when the numbers last became current; None while they are not.

    A restart forgets outages but for what the analytics tell: since when the broker is connected.
    """

    def __init__(self) -> None:
        self.since: float | None = None
        self.stale_since: float | None = None
        self.reason: str | None = None
        self._first = True

    def see(self, status: Status | None, at: float, asked: float | None = None) -> None:
        """*asked*: when the question was asked that nobody answered."""
        self.reason = why_stale(status)
        if self.reason is not None or status is None:
            if self.stale_since is None:
                self.stale_since = _begin(self.reason, status, at if asked is None else asked)
            if status is not None or at - self.stale_since >= PATIENCE:
                self.since = None
        elif self.since is None:
            self.since = min(at, status.since) if self._first and status.since is not None else at
            self.stale_since = None
        else:
            self.stale_since = None
            if status.since is not None and self.since < status.since <= at:
                self.since = status.since  # it was away between two looks
        self._first = False

    def current_from(self, moment: float) -> bool:
        """Whether all that happened since *moment* is known."""
        return self.since is not None and self.since <= moment
