"""What the rules that hold without a file find in six simulated weeks."""

from __future__ import annotations

from judging.alarms import Alert
from judging.judge import Judge
from judging.week import HOUR
from rules.rule import DEFAULTS
from tests.avisos.weeks_of_clients import STEP, Silence, Weeks


class Course:
    """Six weeks as the service saw them."""

    def __init__(self, weeks: Weeks) -> None:
        self.weeks = weeks
        judge = Judge(DEFAULTS, "UTC", 60.0)  # though these clients live in Madrid
        changes = [change for reading in weeks.readings() for change in judge.judge(reading)]
        self.fired = [change for change in changes if change.resolved is None]
        self.firing = judge.alarms.firing

    def found(self, silence: Silence) -> float | None:
        """How long after its last event a silent client was told."""
        told = [alert for alert in self.fired if self._tells_of(alert, silence)]
        return told[0].fired - (told[0].since or 0.0) if told else None

    def false_alarms(self) -> list[int]:
        """How many in each week told of a silence that was none."""
        weeks = [
            int((alert.fired - self.weeks.begin) // (168 * HOUR))
            for alert in self.fired
            if alert.kind == "silencio"
            and not any(self._tells_of(alert, one) for one in self.weeks.silences)
        ]
        return [weeks.count(week) for week in range(6)]

    def _tells_of(self, alert: Alert, silence: Silence) -> bool:
        rate = self.weeks.habits[silence.client].rate(silence.end) or 1 / HOUR
        until = silence.end + 2 * STEP + 1 / rate  # its next event may come later
        return alert.subject == silence.client and silence.begin <= alert.fired <= until
