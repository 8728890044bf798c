"""One round: what was read goes in, what fires anew or is over comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from judging.alarms import Alarms, Alert
from judging.bands import judge_bands
from judging.freshness import Freshness
from judging.readings import Reading
from judging.silence import Silences
from judging.state_rules import StateRules
from judging.watched import Watched
from judging.windows import Thresholds
from rhythms.week import Week
from rules.rule import Rule


class Judge:
    def __init__(
        self,
        rules: Iterable[Rule],
        zone: str,
        grace: float,
        firing: Iterable[Alert] = (),
        rhythms: Mapping[str, bytes] | None = None,
    ) -> None:
        self.rules = tuple(rules)
        self.alarms = Alarms(firing)
        self.freshness = Freshness()
        self.watched = Watched(Week(zone), rhythms)
        self._silences = Silences(self.rules, self.watched, grace)
        self._thresholds = Thresholds(self.rules)
        self._states = StateRules(self.rules)

    def needs_no_past(self, client: str) -> bool:
        """Its rhythm is known, or nobody asks for it."""
        return not self._silences.by_rhythm(client) or self.watched.knows(client)

    def judge(self, reading: Reading) -> list[Alert]:
        """Return the alerts that have just fired and those that are over."""
        at, freshness = reading.at, self.freshness
        self.alarms.left_out = 0
        freshness.see(reading.status, at, reading.asked)
        judged = self._states.judge(reading, freshness)
        judged += self._thresholds.judge(reading, freshness)
        judged += judge_bands(self.rules, reading, freshness)
        if reading.clients is not None and reading.counts is not None:
            self.watched.look(at, reading.clients, reading.counts.epoch, freshness.since)
            if reading.past is not None:
                self.watched.recall(reading.past)
            judged += self._silences.judge(at, reading.clients, freshness)
        changes = self.alarms.drop_unknown(self.rules, at)
        for each in judged:
            changes += self.alarms.settle(each, at)
        return changes
