"""NDJSON: each line an event of its own, taken or rejected; sent on in parts while it arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from events.field_hints import hint_of
from intake.access.problem import ProblemError
from intake.bodies.events import Sender, take_event
from intake.bodies.ndjson_lines import Line, Lines
from intake.bodies.parts import EVENT_BYTES, Cutter, Part

LISTED_LINES = 100

SendPart = Callable[[Part], Awaitable[str]]
"""Publishes a part, and returns its message id once it is confirmed."""


@dataclass(slots=True)
class Outcome:
    """What became of the lines."""

    accepted: int = 0
    rejected: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    hints: list[dict[str, Any]] = field(default_factory=list)

    def reject(self, line: Line, reason: str) -> None:
        self.rejected += 1
        if len(self.reasons) < LISTED_LINES:
            self.reasons.append({"linea": line.number, "motivo": reason})

    def accept(self, line: Line, event: bytes) -> None:
        self.accepted += 1
        if len(self.hints) < LISTED_LINES and (hint := hint_of(event)):
            self.hints.append({"linea": line.number, "motivo": hint})

    def answer(self) -> dict[str, Any]:
        hints = {"avisos": self.hints} if self.hints else {}
        return {
            "aceptados": self.accepted,
            "rechazados": self.reasons,
            "rechazados_total": self.rejected,
            "mensajes": self.messages,
            **hints,
        }


async def take_ndjson(chunks: AsyncIterator[bytes], sender: Sender, send: SendPart) -> Outcome:
    """Raises what reading and sending raise; the detail then says how far it came."""
    outcome, lines, cutter = Outcome(), Lines(EVENT_BYTES), Cutter()
    try:
        async for data in chunks:
            for line in lines.feed(data):
                await _take(line, sender, cutter, outcome, send)
        for line in lines.finish():
            await _take(line, sender, cutter, outcome, send)
        if (part := cutter.rest()) is not None:
            outcome.messages.append(await send(part))
    except ProblemError as problem:
        raise _told_how_far(problem, len(outcome.messages)) from None
    if not outcome.accepted and not outcome.rejected:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "body: empty; send one event a line")
    return outcome


async def _take(
    line: Line, sender: Sender, cutter: Cutter, outcome: Outcome, send: SendPart
) -> None:
    try:
        event = _event(line, sender)
    except ValueError as error:
        outcome.reject(line, str(error))
        return
    outcome.accept(line, event)
    if (part := cutter.add(event)) is not None:
        outcome.messages.append(await send(part))


def _event(line: Line, sender: Sender) -> bytes:
    if line.text is None:
        raise ValueError(f"body: too long, an event has at most {EVENT_BYTES} bytes")
    return take_event(line.text, sender)


def _told_how_far(problem: ProblemError, messages: int) -> ProblemError:
    if not messages:
        return problem
    detail = f"{messages} messages are confirmed; of the rest: {problem.detail}"
    return ProblemError(problem.status, detail, problem.faults, problem.headers)
