"""What a batch of messages adds to the counts, given what is known of their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from counting.message_identity import (
    Kept,
    Key,
    Verdict,
    digest_of,
    goes_to_rejected,
    judge,
    kept_after,
    key_of,
)
from decoding.cell_reading import Cell, CellReader, Read
from decoding.event_decoding import MAX_BODY, NotCountableError
from decoding.message import Message
from decoding.packed_body import unpacked_if_readable

C_STEPS = 4  # cost about one in Python

Known = dict[Key, dict[int, Kept]]
"""For each id the bodies seen under it, by digest, and what became of them."""


class Rejected(NamedTuple):
    message: Message
    reason: str


@dataclass(slots=True)
class Tally:
    """What one batch changes. `cells` and what follows from it: events; `verdicts`: messages."""

    cells: Counter[Cell] = field(default_factory=Counter)
    clientes: Counter[str] = field(default_factory=Counter)
    eventos: Counter[str] = field(default_factory=Counter)
    # What was counted before of the names above. A name that isn't there is new.
    clientes_before: Mapping[str, int] = field(default_factory=dict)
    eventos_before: Mapping[str, int] = field(default_factory=dict)
    events: int = 0
    # Of a message: when its first event happened, when it was sent, its events
    sent: list[tuple[float, float, int]] = field(default_factory=list)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    without_id: int = 0
    ids: list[tuple[Key, int, Kept]] = field(default_factory=list)
    replaced_ids: int = 0  # of those, known before under another fate
    rejected: list[Rejected] = field(default_factory=list)  # anew: to be recorded
    to_reject: set[int] = field(default_factory=set)  # delivery tags, of repeated ones too
    to_copy: list[Message] = field(default_factory=list)  # instead: see aside/copies.py
    each: list[Cell] = field(default_factory=list)  # the cell of each event
    untyped: set[str] = field(default_factory=set)  # clients, see consuming/hint_log.py

    def add(self, read: Read, published: float) -> None:
        self.each += read.cells
        self.sent.append((read.sent, published, len(read.cells)))
        if read.untyped:
            self.untyped |= read.untyped

    def add_up(self) -> None:
        """Count what was added. Call once, at the end."""
        self.events = len(self.each)
        self.cells.update(self.each)
        if self.is_concentrated:
            self.clientes, self.eventos = by_name(self.cells)
        else:
            self.clientes.update(map(itemgetter(0), self.each))
            self.eventos.update(map(itemgetter(1), self.each))

    def set_aside(self, message: Message) -> None:
        """By the broker, which reads what it calls x-death; if others wrote it, by ourselves."""
        if message.deaths is None:
            self.to_reject.add(message.tag)
        else:
            self.to_copy.append(message)

    @property
    def is_concentrated(self) -> bool:
        """Whether a step in Python for each cell costs less than one in C for each event."""
        return len(self.cells) * C_STEPS < self.events


def count(messages: Iterable[Message], known: Known, reader: CellReader | None = None) -> Tally:
    """
    Judge the messages in order and add up those that count.

    *known* must hold what is kept of every id in the batch; it is brought up to date on the
    way, so that copies within one batch are recognised too. *reader* remembers names between
    batches.
    """
    tally, reader = Tally(), reader or CellReader()
    for travelled in messages:
        # One at a time: a batch of packed messages must not fill the memory.
        message = _opened(travelled)
        if message.message_id:
            _count_identified(message, known, tally, reader)
        else:
            _count_anonymous(message, tally, reader)
    tally.add_up()
    return tally


def by_name(cells: Mapping[Cell, int]) -> tuple[Counter[str], Counter[str]]:
    """Events by client, and by type."""
    clientes: Counter[str] = Counter()
    eventos: Counter[str] = Counter()
    for (cliente, evento, _), n in cells.items():
        clientes[cliente] += n
        eventos[evento] += n
    return clientes, eventos


def _opened(message: Message) -> Message:
    body = unpacked_if_readable(message.body, MAX_BODY)
    return message if body is message.body else message._replace(body=body)


def _count_anonymous(message: Message, tally: Tally, reader: CellReader) -> None:
    read, reason = _read(message, reader)
    if reason is None:
        tally.without_id += 1
        tally.verdicts[Verdict.COUNT] += 1
        tally.add(read, _sent_at(message))
    else:
        tally.verdicts[Verdict.REJECT] += 1
        _reject(message, reason, tally)


def _count_identified(message: Message, known: Known, tally: Tally, reader: CellReader) -> None:
    key, digest = key_of(message.message_id or ""), digest_of(message.body)
    bodies = known.setdefault(key, {})
    same = bodies.get(digest)
    if same is Kept.COUNTED:  # the usual copy; decoding it would be for nothing
        tally.verdicts[Verdict.DUPLICATE] += 1
        return
    read, reason = _read(message, reader)
    verdict = judge(bodies, digest, countable=reason is None)
    tally.verdicts[verdict] += 1
    if verdict is Verdict.COUNT:
        tally.add(read, _sent_at(message))
    if (kept := kept_after(verdict)) is not None:
        bodies[digest] = kept
        tally.ids.append((key, digest, kept))
        tally.replaced_ids += same is not None
    if verdict in (Verdict.REJECT, Verdict.CONFLICT):
        _reject(message, reason or "message_id: already counted with another body", tally)
    elif goes_to_rejected(verdict, same):
        tally.set_aside(message)


def _reject(message: Message, reason: str, tally: Tally) -> None:
    tally.rejected.append(Rejected(message, reason))
    tally.set_aside(message)


def _read(message: Message, reader: CellReader) -> tuple[Read, str | None]:
    sent = _sent_at(message)
    try:
        return reader.read(message.body, message.header_client, message.app_id, sent), None
    except NotCountableError as error:
        return Read([], 0.0), str(error)


def _sent_at(message: Message) -> float:
    return message.timestamp or message.arrived
