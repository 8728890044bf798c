"""
Messages that we set aside by ourselves, on their way out of the store.

RabbitMQ 3.10 can't set aside a message whose header x-death is not what it would have written:
its worker dies, for good, and no later message is set aside either. So such a message is kept
here in the transaction that rejects it, acknowledged like a good one, and published anew
without its headers. A copy is forgotten once the broker has confirmed it: so it comes at least
once, whatever ends in between, and no acknowledgement waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from counting.message_identity import key_of
from database.connection import Connection, Loose
from database.failures import StoreUnavailableError
from decoding.event_decoding import client_named_outside
from decoding.message import Message
from decoding.undecoded_text import UndecodedText

MAX_BYTES = 64 * 1024**2
MAX_SHORT = 255  # bytes of a text property
NO_NAME = True  # in a header, instead of one that was there and named nobody
_ADD = """INSERT INTO por_apartar (clave, cuerpo, message_id, app_id, cliente, momento)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (clave) DO NOTHING"""
_BYTES = "SELECT coalesce(sum(length(cuerpo)), 0) FROM por_apartar"
_OLDEST = """SELECT n, cuerpo, message_id, app_id, cliente, momento FROM por_apartar
    ORDER BY n LIMIT ?"""


class Copy(NamedTuple):
    n: int
    body: bytes
    message_id: str | None
    app_id: str | None
    client: str | bool | None  # its header X-Client-Name, or NO_NAME
    sent: float | None  # seconds since 1970


class TooManyCopiesError(StoreUnavailableError):
    """No room for another: what waits must first be published."""


def keep(db: Connection, messages: Sequence[Message]) -> None:
    """Call inside the transaction that rejects them. Raises TooManyCopiesError."""
    if not messages:
        return
    (waiting,) = db.execute(_BYTES).fetchone()
    if waiting > MAX_BYTES:
        raise TooManyCopiesError(f"{waiting / 1e6:.0f} MB of rejected messages wait for the broker")
    db.executemany(_ADD, [_row(db, message) for message in messages])


def waiting(db: Connection) -> int:
    (count,) = db.execute("SELECT count(*) FROM por_apartar").fetchone()
    return int(count)


def oldest(db: Connection, limit: int) -> list[Copy]:
    return [_copy(db, row) for row in db.execute(_OLDEST, (limit,))]


def forget(db: Connection, published: Sequence[int]) -> None:
    """Call inside a transaction."""
    db.executemany("DELETE FROM por_apartar WHERE n = ?", ((n,) for n in published))


def _copy(db: Connection, row: tuple[Any, ...]) -> Copy:
    n, body, *named, sent = row
    message_id, app_id, client = map(db.unpacked, named)
    named_nobody = client == NO_NAME
    return Copy(
        n, body, _text(message_id), _text(app_id), NO_NAME if named_nobody else _text(client), sent
    )


def _row(db: Connection, message: Message) -> tuple[object, ...]:
    return (
        _key(message),
        message.body,
        db.packed(_short(message.message_id)),
        db.packed(_short(message.app_id)),
        db.packed(_client(message.header_client)),
        message.timestamp,
    )


def _client(header: object) -> str | bytes | bool | None:
    """
    What names the same client, or nobody where that does: never nothing instead of something,
    or the events would count for the app_id.
    """
    given = UndecodedText(header) if isinstance(header, bytes) and not _is_text(header) else header
    if given is None or (isinstance(given, str) and _short(given) is not None):
        return _short(given)
    try:
        return client_named_outside(header, None)  # without what pads it
    except ValueError:
        return NO_NAME


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _key(message: Message) -> bytes | None:
    if not message.message_id:
        return None
    name = repr(key_of(message.message_id)).encode("utf-8", "backslashreplace")
    return blake2b(name + b"\0" + message.body, digest_size=16).digest()


def _short(text: str | None) -> str | bytes | None:
    """None when no message can carry it: it became longer where it was no text."""
    if text is None:
        return None
    try:
        raw = text.encode()  # what would be sent, of bytes that are no text too
    except UnicodeEncodeError:
        return None
    if len(raw) > MAX_SHORT:
        return None
    return raw if isinstance(text, UndecodedText) else text


def _text(kept: Loose) -> str | None:
    if isinstance(kept, bytes):
        return UndecodedText(kept)
    return kept if isinstance(kept, str) else None
