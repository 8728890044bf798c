"""Many alerts in one message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from telling.alert_words import AlertWords
from telling.due import Due
from telling.tame import tame

MOST_PARTS, MOST_SIGNS = 20, 30_000
BETWEEN = "\n\n"


class Message(NamedTuple):
    """Plain text, without a line break in the title."""

    title: str
    body: str


def compose(due: Sequence[Due], words: AlertWords, most: int = MOST_SIGNS) -> Message:
    """The first of them, and as many more as fit into *most* characters; the rest is counted."""
    first = due[0]
    title = (
        f"Pulso: {words.word(first.phase)}: {words.what(first.alert)}"
        if len(due) == 1
        else words.word("title", n=len(due))
    )
    parts = [_part(first, words)]
    left = most - len(parts[0]) - len(BETWEEN + words.word("more", n=len(due)))
    for each in due[1:MOST_PARTS]:
        parts.append(_part(each, words))
        left -= len(BETWEEN + parts[-1])
        if left < 0:
            parts.pop()
            break
    if len(due) > len(parts):
        parts.append(words.word("more", n=len(due) - len(parts)))
    return Message(title, BETWEEN.join(parts))


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
