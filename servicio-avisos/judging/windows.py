"""How much was counted within a rule's window, from what was read one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from judging.found import WHOLE, Judged, Wrong, nobody
from judging.freshness import Freshness
from judging.readings import Reading
from rules.rule import Rule

SAMPLES = 60  # of a window


class Window:
    """The counts of a while, thinned out."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._samples: deque[tuple[float, Mapping[str, int]]] = deque()
        self._now = 0.0

    def clear(self) -> None:
        self._samples.clear()

    def add(self, at: float, counts: Mapping[str, int]) -> None:
        samples, self._now = self._samples, at
        while len(samples) > 1 and samples[1][0] <= at - self._seconds:
            samples.popleft()
        if samples and samples[-1][1] == counts:
            return  # it is as it was then
        # The last one may go as long as the one before it is near enough
        if len(samples) > 1 and at - samples[-2][0] < self._seconds / SAMPLES:
            samples.pop()
        samples.append((at, counts))

    @property
    def base(self) -> Mapping[str, int]:
        return self._samples[0][1]

    @property
    def full(self) -> bool:
        return self._now - self._samples[0][0] >= self._seconds


class Thresholds:
    """Judges the rules that compare counts with those of a while ago."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._windows = [(rule, Window(rule.window)) for rule in rules if rule.windowed]
        self._epoch = ""

    def judge(self, reading: Reading, freshness: Freshness) -> list[Judged]:
        """What piled up while the numbers were stale is in no window."""
        counts = reading.counts
        if freshness.since is None or (counts is not None and counts.epoch != self._epoch):
            for _, window in self._windows:
                window.clear()
        if counts is None or freshness.since is None:
            return []
        self._epoch = counts.epoch
        return [_judge(rule, window, reading) for rule, window in self._windows]


def _judge(rule: Rule, window: Window, reading: Reading) -> Judged:
    now = _counts(rule, reading)
    if rule.event is not None and not now:
        window.clear()  # not listed: what it has is not known
        return Judged(rule, {}, everybody)
    window.add(reading.at, now)
    base, full = window.base, window.full
    wrong: dict[str, Wrong] = {}
    for subject, total in now.items():
        count = total - base.get(subject, 0)
        if rule.above is not None and count > rule.above:
            wrong[subject] = Wrong(None, count, rule.above)
        elif rule.below is not None and full and count < rule.below:
            wrong[subject] = Wrong(None, count, rule.below)
    return Judged(rule, wrong, nobody if full else everybody)


def everybody(_: str) -> bool:
    """A window that is not full yet can show that much happened, and not that little did."""
    return True


def _counts(rule: Rule, reading: Reading) -> Mapping[str, int]:
    counts = reading.counts
    assert counts is not None  # noqa: S101 - the caller looked
    if rule.names is not None:
        clients = reading.clients or {}
        if (one := rule.names.one) is not None:
            return {one: clients[one].total if one in clients else 0}
        return {name: each.total for name, each in clients.items() if rule.names.match(name)}
    if rule.event is not None:
        return {rule.event: counts.types[rule.event]} if rule.event in counts.types else {}
    whole: dict[str, Callable[[], int]] = {
        "rechazados": lambda: counts.rejected,
        "duplicados": lambda: counts.duplicates,
    }
    return {WHOLE: whole[rule.kind]() if rule.kind in whole else counts.total}
