"""Many alerts in one message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from telling.alert_words import AlertWords
from telling.due import Due
from telling.tame import tame

MOST_LINES = 20


class Message(NamedTuple):
    """Plain text, without a line break in the title."""

    title: str
    body: str


def compose(due: Sequence[Due], words: AlertWords) -> Message:
    """At least one; with many the rest is counted."""
    first = due[0]
    title = (
        f"Pulso: {words.word(first.phase)}: {words.what(first.alert)}"
        if len(due) == 1
        else words.word("title", n=len(due))
    )
    parts = [_part(each, words) for each in due[:MOST_LINES]]
    if len(due) > MOST_LINES:
        parts.append(words.word("more", n=len(due) - MOST_LINES))
    return Message(title, "\n\n".join(parts))


def _part(due: Due, words: AlertWords) -> str:
    alert = due.alert
    lines = [f"{words.word(due.phase)}: {words.what(alert)}"]
    said = [tame(alert.rule), words.word("at", moment=words.moment(alert.fired))]
    if alert.resolved is not None:
        said.append(words.lasted(alert))
    lines.append(", ".join(said))
    if due.repeated:
        lines.append(words.word("repeated"))
    if link := words.link(alert):
        lines.append(link)
    return "\n".join(lines)
