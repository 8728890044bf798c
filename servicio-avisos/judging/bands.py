"""What is far from the usual at this time of the week."""

from __future__ import annotations

from collections.abc import Iterable

from judging.found import WHOLE, Judged, Wrong
from judging.freshness import Freshness
from judging.readings import Band, Reading
from rules.rule import Rule


def judge_bands(rules: Iterable[Rule], reading: Reading, freshness: Freshness) -> list[Judged]:
    """Of the rules whose bands were asked for in this round."""
    bands = reading.bands or {}
    return [_judge(rule, bands[rule.name], freshness) for rule in rules if rule.name in bands]


def _judge(rule: Rule, bands: Iterable[Band], freshness: Freshness) -> Judged:
    wrong: dict[str, Wrong] = {}
    right: set[str] = set()
    for band in bands:
        subject = band.client or band.event or WHOLE
        if rule.names and not rule.names.match(subject):
            continue
        if band.low is None or band.high is None or not freshness.current_from(band.begin):
            continue
        if band.low <= band.counted <= band.high:
            right.add(subject)
        else:
            limit = band.low if band.counted < band.low else band.high
            wrong[subject] = Wrong(band.begin, band.counted, limit)
    return Judged(rule, wrong, lambda subject: subject not in right)
