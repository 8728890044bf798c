"""Sends lines as events: checks each, publishes the good ones, counts all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from events.event_check import MAX_EVENT, check, trimmed
from events.field_hints import hint_of
from publishing.publisher import Publisher

LONGEST_LINE = MAX_EVENT + 1024  # room for white space around the event


@dataclass(slots=True)
class Tally:
    """What became of the lines so far."""

    lines: int = 0
    good: int = 0
    bad: int = 0


class LineSender:
    """*complain* is told of each bad or odd line: its number from 1 on, the reason, and itself."""

    def __init__(
        self, publisher: Publisher, client: str | None, complain: Callable[[int, str, bytes], None]
    ) -> None:
        self._publisher = publisher
        self._client = client
        self._complain = complain
        self.tally = Tally()
        self._hinted = False

    async def send_all(self, lines: AsyncIterator[list[bytes | None]]) -> None:
        """
        Accept events until the lines end. Lines that come together are published together.

        Every event names its client by then, so those of all clients may share a message.
        """
        async for several in lines:
            events = [event for line in several if (event := self._event(line)) is not None]
            self.tally.good += len(events)
            if events:
                await self._publisher.publish_many(None, events)

    def _event(self, line: bytes | None) -> bytes | None:
        self.tally.lines += 1
        try:
            if line is None:
                raise ValueError(f"body: over {LONGEST_LINE} bytes, at most {MAX_EVENT}")
            if not trimmed(line):
                return None  # an empty line is nothing, neither good nor bad
            event = check(line, self._client)
        except ValueError as error:
            self.tally.bad += 1
            self._complain(self.tally.lines, str(error), line or b"")
            return None
        self._hint(event, line)
        return event

    def _hint(self, event: bytes, line: bytes) -> None:
        """Once: all lines of one source are written alike."""
        if not self._hinted and (hint := hint_of(event)):
            self._hinted = True
            self._complain(self.tally.lines, hint, line)
