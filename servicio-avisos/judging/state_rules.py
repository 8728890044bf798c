"""The rules about the system itself: stale numbers, a store that pauses, messages that pile up."""

from __future__ import annotations

from collections.abc import Iterable

from judging.found import WHOLE, Judged, Wrong
from judging.freshness import Freshness
from judging.readings import Reading
from rules.rule import Rule


class StateRules:
    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = [rule for rule in rules if rule.kind in ("datos", "pausa", "cola")]
        self._since: dict[str, float] = {}  # by rule: when it began to be so

    def judge(self, reading: Reading, freshness: Freshness) -> list[Judged]:
        return [
            judged
            for rule in self._rules
            if (judged := self._judge(rule, reading, freshness)) is not None
        ]

    def _judge(self, rule: Rule, reading: Reading, freshness: Freshness) -> Judged | None:
        status, after = reading.status, rule.after or 0.0
        if rule.kind == "datos":
            wrong, value, note = freshness.stale_since is not None, None, freshness.reason or ""
        elif status is None or (rule.kind == "cola" and status.waiting is None):
            return None  # not known
        elif rule.kind == "pausa":
            wrong, value, note = status.store != "ok", None, status.store
        else:
            value, note = float(status.waiting or 0), ""
            wrong = value > (rule.above or 0)
        if not wrong:
            self._since.pop(rule.name, None)
            return Judged(rule, {})
        since = self._since.setdefault(rule.name, freshness.stale_since or reading.at)
        lasting = reading.at - since
        if lasting < after:
            return None
        limit = after if value is None or rule.above is None else rule.above
        return Judged(rule, {WHOLE: Wrong(since, lasting if value is None else value, limit, note)})
