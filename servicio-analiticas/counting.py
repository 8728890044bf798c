"""What a batch of messages adds to the counts, given what is known of their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from event_decoding import Event, NotCountableError, decode
from message_identity import (
    Kept,
    Key,
    Verdict,
    digest_of,
    goes_to_rejected,
    judge,
    kept_after,
    key_of,
)

Known = dict[Key, dict[int, Kept]]
"""For each id the bodies seen under it, by digest, and what became of them."""


class Message(NamedTuple):
    tag: int  # delivery tag, of use only on the channel that delivered it
    body: bytes
    message_id: str | None = None
    header_client: object = None
    app_id: str | None = None
    timestamp: float | None = None  # AMQP's, seconds since 1970


class Rejected(NamedTuple):
    message: Message
    reason: str


@dataclass(slots=True)
class Tally:
    """What one batch changes. `clientes` and `eventos` count events, `verdicts` messages."""

    clientes: Counter[str] = field(default_factory=Counter)
    eventos: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    without_id: int = 0
    ids: list[tuple[Key, int, Kept]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)  # anew: to be recorded
    to_reject: set[int] = field(default_factory=set)  # delivery tags, of repeated ones too


def count(messages: Iterable[Message], known: Known) -> Tally:
    """
    Judge the messages in order and add up those that count.

    *known* must hold what is kept of every id in the batch; it is brought up to date on the
    way, so that copies within one batch are recognised too.
    """
    tally = Tally()
    for message in messages:
        if message.message_id:
            _count_identified(message, known, tally)
        else:
            _count_anonymous(message, tally)
    return tally


def _count_anonymous(message: Message, tally: Tally) -> None:
    events, reason = _events(message)
    if reason is None:
        tally.without_id += 1
        _add(events, Verdict.COUNT, tally)
    else:
        tally.verdicts[Verdict.REJECT] += 1
        _reject(message, reason, tally)


def _count_identified(message: Message, known: Known, tally: Tally) -> None:
    key, digest = key_of(message.message_id or ""), digest_of(message.body)
    bodies = known.setdefault(key, {})
    same = bodies.get(digest)
    if same is Kept.COUNTED:  # the usual copy; decoding it would be for nothing
        tally.verdicts[Verdict.DUPLICATE] += 1
        return
    events, reason = _events(message)
    verdict = judge(bodies, digest, countable=reason is None)
    _add(events if verdict is Verdict.COUNT else [], verdict, tally)
    if (kept := kept_after(verdict)) is not None:
        bodies[digest] = kept
        tally.ids.append((key, digest, kept))
    if verdict in (Verdict.REJECT, Verdict.CONFLICT):
        _reject(message, reason or "message_id: already counted with another body", tally)
    elif goes_to_rejected(verdict, same):
        tally.to_reject.add(message.tag)


def _reject(message: Message, reason: str, tally: Tally) -> None:
    tally.rejected.append(Rejected(message, reason))
    tally.to_reject.add(message.tag)


def _events(message: Message) -> tuple[list[Event], str | None]:
    try:
        return decode(message.body, message.header_client, message.app_id), None
    except NotCountableError as error:
        return [], str(error)


def _add(events: list[Event], verdict: Verdict, tally: Tally) -> None:
    tally.verdicts[verdict] += 1
    tally.clientes.update([event.cliente for event in events])
    tally.eventos.update([event.evento for event in events])
