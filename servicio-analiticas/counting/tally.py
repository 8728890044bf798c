"""Judges the messages of a batch and adds up those that count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from counting.counted import Counted, Rejected, Sent, is_concentrated
from counting.message_identity import Key, digest_of, key_of
from counting.verdict import Kept, Verdict, goes_to_rejected, judge, kept_after
from decoding.cell_reading import Cell, CellReader, Read
from decoding.event_decoding import MAX_BODY, NotCountableError
from decoding.message import Message
from decoding.packed_body import unpacked_if_readable

Known = Mapping[Key, Mapping[int, Kept]]
"""For each id the bodies seen under it, by digest, and what became of them."""
Seen = dict[Key, dict[int, Kept]]


@dataclass(slots=True)
class Tally:
    """A `Counted` in the making; its fields are said there."""

    each: list[Cell] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    without_id: int = 0
    ids: list[tuple[Key, int, Kept]] = field(default_factory=list)
    replaced_ids: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    to_reject: set[int] = field(default_factory=set)
    to_copy: list[Message] = field(default_factory=list)
    untyped: set[str] = field(default_factory=set)

    def add(self, read: Read, published: float) -> None:
        self.each += read.cells
        self.sent.append((read.sent, published, len(read.cells)))
        if read.untyped:
            self.untyped |= read.untyped

    def set_aside(self, message: Message) -> None:
        """By the broker, which reads what it calls x-death; if others wrote it, by ourselves."""
        if message.deaths is None:
            self.to_reject.add(message.tag)
        else:
            self.to_copy.append(message)

    def counted(self) -> Counted:
        cells = Counter(self.each)
        if is_concentrated(cells, len(self.each)):
            clientes, eventos = by_name(cells)
        else:
            clientes = Counter(map(itemgetter(0), self.each))
            eventos = Counter(map(itemgetter(1), self.each))
        return Counted(
            cells=cells,
            each=self.each,
            clientes=clientes,
            eventos=eventos,
            sent=self.sent,
            verdicts=self.verdicts,
            without_id=self.without_id,
            ids=self.ids,
            replaced_ids=self.replaced_ids,
            rejected=self.rejected,
            to_reject=self.to_reject,
            to_copy=self.to_copy,
            untyped=self.untyped,
        )


def count(messages: Iterable[Message], known: Known, reader: CellReader | None = None) -> Counted:
    """
    Judge the messages in order and add up those that count.

    *known* must hold what is kept of every id in the batch; what the batch itself adds to it is
    seen by the messages that follow. *reader* remembers names between batches.
    """
    tally, reader = Tally(), reader or CellReader()
    seen = {key: dict(bodies) for key, bodies in known.items()}
    for travelled in messages:
        # One at a time: a batch of packed messages must not fill the memory.
        message = _opened(travelled)
        if message.message_id:
            _count_identified(message, seen, tally, reader)
        else:
            _count_anonymous(message, tally, reader)
    return tally.counted()


def by_name(cells: Mapping[Cell, int]) -> tuple[Counter[str], Counter[str]]:
    """Events by client, and by type."""
    # In plain dicts, since to add to a Counter takes twice as long.
    clientes: dict[str, int] = {}
    eventos: dict[str, int] = {}
    of_client, of_type = clientes.get, eventos.get
    for (cliente, evento, _), n in cells.items():
        clientes[cliente] = of_client(cliente, 0) + n
        eventos[evento] = of_type(evento, 0) + n
    return Counter(clientes), Counter(eventos)


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


def _count_identified(message: Message, seen: Seen, tally: Tally, reader: CellReader) -> None:
    key, digest = key_of(message.message_id or ""), digest_of(message.body)
    bodies = seen.setdefault(key, {})
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
