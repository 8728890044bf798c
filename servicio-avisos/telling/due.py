"""Who is to be told what now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from judging.alarms import Alert
from keeping.alert_store import Key, Mute, Told
from rules.rule import Names

Phase = Literal["fires", "still", "over", "both"]
TOO_OLD = 86_400.0  # seconds after its end: whom nothing reached for a day is told no more


@dataclass(frozen=True, slots=True)
class Due:
    """*repeated*: a message about it was on its way when the service was killed."""

    alert: Alert
    phase: Phase
    repeated: bool = False

    @property
    def stage(self) -> int:
        """What it comes to once it is told."""
        return 1 if self.phase in ("fires", "still") else 2


def muted(alert: Alert, mutes: Iterable[Mute]) -> bool:
    return any(mute.rule in ("", alert.rule) and _concerns(mute, alert) for mute in mutes)


def _concerns(mute: Mute, alert: Alert) -> bool:
    """A type of events may be called as a client is, and `*` is no alert about the whole."""
    if not mute.client:
        return True
    return alert.about == "cliente" and Names(mute.client).match(alert.subject)


def due(
    alerts: Iterable[Alert],
    told: Mapping[Key, Told],
    receiver: str,
    repeat: float | None,
    mutes: Iterable[Mute],
    uncertain: Iterable[Key],
    now: float,
) -> list[Due]:
    """In the order in which they fired. *told* names whom an alert concerns."""
    mutes, again = list(mutes), set(uncertain)
    found = []
    for alert in alerts:
        state = told.get((alert.id, receiver))
        if state is None or state.stage == 2 or muted(alert, mutes):
            continue
        phase = _phase(alert, state, repeat, now)
        if phase is not None:
            found.append(Due(alert, phase, (alert.id, receiver) in again))
    return sorted(found, key=lambda each: (each.alert.fired, each.alert.id))


def _phase(alert: Alert, state: Told, repeat: float | None, now: float) -> Phase | None:
    if alert.resolved is not None:
        if now - alert.resolved > TOO_OLD:
            return None
        return "over" if state.stage else "both"
    if not state.stage:
        return "fires"
    return "still" if repeat is not None and now - state.at >= repeat else None
