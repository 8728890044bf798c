"""What fires: after how many readings it begins, and after how many it is over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from judging.found import Judged, Wrong
from rules.rule import Rule

MOST_FIRING = 2_000
A_SECOND = 1.0  # by which the same event may seem later to a service that has just started


@dataclass(frozen=True, slots=True)
class Alert:
    """
    One thing that is or was wrong. Times are seconds since 1970.

    *subject* is a name where it is *about* a `cliente` or an `evento`, else both are empty.
    """

    id: str
    rule: str
    kind: str
    subject: str
    since: float | None
    fired: float
    value: float
    limit: float
    note: str = ""
    resolved: float | None = None
    about: str = ""


class Alarms:
    """
    *firing* is by rule and subject.

    *left_out* is how many found no place in this round: one more would tell nothing.
    """

    def __init__(self, firing: Iterable[Alert] = ()) -> None:
        self.firing = {(alert.rule, alert.subject): alert for alert in firing}
        self.left_out = 0
        self._bad: dict[tuple[str, str], int] = {}
        self._good: dict[tuple[str, str], int] = {}

    def settle(self, judged: Judged, at: float) -> list[Alert]:
        """Return what has just fired, and what is over, with the time of its end."""
        rule = judged.rule.name
        changes: list[Alert] = []
        for subject, wrong in judged.wrong.items():
            self._good.pop((rule, subject), None)
            if _is_another(self.firing.get((rule, subject)), wrong):
                changes.append(self._over((rule, subject), at))
            if (rule, subject) not in self.firing and self._counted(judged.rule, subject):
                changes += self._fire(judged.rule, subject, wrong, at)
        for subject in [one for name, one in self._bad if name == rule]:
            if subject not in judged.wrong and not judged.held(subject):
                del self._bad[rule, subject]
        for key in [key for key in self.firing if key[0] == rule]:
            subject = key[1]
            if subject not in judged.wrong and not judged.held(subject):
                changes += self._end(judged.rule, key, at)
        return changes

    def drop_unknown(self, rules: Iterable[Rule], at: float) -> list[Alert]:
        """End what fires by a rule that is no more."""
        known = {rule.name for rule in rules}
        return [self._over(key, at) for key in list(self.firing) if key[0] not in known]

    def _counted(self, rule: Rule, subject: str) -> bool:
        key = (rule.name, subject)
        seen = self._bad.get(key, 0) + 1
        if seen < rule.readings:
            self._bad[key] = seen
            return False
        self._bad.pop(key, None)
        return True

    def _fire(self, rule: Rule, subject: str, wrong: Wrong, at: float) -> list[Alert]:
        if len(self.firing) >= MOST_FIRING:
            self.left_out += 1
            return []
        name = hashlib.sha256(f"{rule.name}\n{subject}\n{at}".encode()).hexdigest()[:16]
        alert = Alert(
            *(name, rule.name, rule.kind, subject, wrong.since, at),
            *(wrong.value, wrong.limit, wrong.note, None, rule.about),
        )
        self.firing[rule.name, subject] = alert
        return [alert]

    def _end(self, rule: Rule, key: tuple[str, str], at: float) -> list[Alert]:
        seen = self._good.get(key, 0) + 1
        if seen < rule.readings:
            self._good[key] = seen
            return []
        return [self._over(key, at)]

    def _over(self, key: tuple[str, str], at: float) -> Alert:
        self._good.pop(key, None)
        return replace(self.firing.pop(key), resolved=at)


def _is_another(alert: Alert | None, wrong: Wrong) -> bool:
    """Whether a client was heard since, unseen by a service that was away, and is silent again."""
    if alert is None or alert.since is None or wrong.since is None:
        return False
    return alert.kind == "silencio" and wrong.since > alert.since + A_SECOND
