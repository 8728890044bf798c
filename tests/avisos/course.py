"""What the rules that hold without a file find in six simulated weeks."""

from __future__ import annotations

import bisect

from judging.alarms import Alert
from judging.judge import Judge
from rhythms.week import HOUR
from rules.rule import DEFAULTS
from tests.avisos.weeks_of_clients import STEP, Silence, Weeks

TIMES = 3.0
USUAL = 1000.0  # of so many gaps all but one are usual


class Course:
    """Six weeks as the service saw them."""

    def __init__(self, weeks: Weeks) -> None:
        self.weeks = weeks
        judge = Judge(DEFAULTS, "UTC", 60.0)  # though these clients live in Madrid
        changes = [change for reading in weeks.readings() for change in judge.judge(reading)]
        self.fired = [change for change in changes if change.resolved is None]
        self.firing = judge.alarms.firing

    def waits(self) -> dict[Silence, float | None]:
        """
        How long until each silence was told, from the client's last event on; None: never.

        In gaps of the client at the pace that is usual at these hours.
        """
        return {silence: self._wait(silence) for silence in self.weeks.silences}

    def late(self, usual: float = USUAL) -> dict[Silence, float | None]:
        """Those not told within three times the gap that only one of *usual* gaps exceeds."""
        return {
            silence: wait
            for silence, wait in self.waits().items()
            if wait is None or wait > TIMES * self.weeks.habits[silence.client].longest(usual)
        }

    def false_alarms(self) -> list[int]:
        """How many in each week told of a silence that was none."""
        weeks = [
            int((alert.fired - self.weeks.begin) // (168 * HOUR))
            for alert in self.fired
            if alert.kind == "silencio" and not self.is_true(alert)
        ]
        return [weeks.count(week) for week in range(6)]

    def is_true(self, alert: Alert) -> bool:
        """Whether it tells of a silence that was one."""
        return any(self._tells_of(alert, one) for one in self.weeks.silences)

    def _wait(self, silence: Silence) -> float | None:
        told = [alert for alert in self.fired if self._tells_of(alert, silence)]
        if not told:
            return None
        last = told[0].since or silence.begin
        return self.weeks.missed(silence.client, last, max(last + STEP, told[0].fired - STEP))

    def _tells_of(self, alert: Alert, silence: Silence) -> bool:
        """Until its next event is counted it may be told."""
        if alert.subject != silence.client:
            return False
        times = self.weeks.events[silence.client]
        after = bisect.bisect_left(times, silence.end)
        heard = times[after] if after < len(times) else self.weeks.end
        return silence.begin <= alert.fired <= heard + 2 * STEP
