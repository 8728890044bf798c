"""The store's count of what the broker set aside, each message once as far as it has an id."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence

from aside import rejections
from aside.set_aside import REJECTED, reason_of
from counting.counted import Rejected
from counting.message_identity import digest_of, key_of
from database.connection import Connection
from decoding.event_decoding import MAX_BODY
from decoding.message import Message
from decoding.packed_body import unpacked_if_readable

MAX_IDS = 100_000  # a copy comes again at once, or within minutes

_ADD = """INSERT INTO apartados VALUES (?, ?)
    ON CONFLICT (motivo) DO UPDATE SET total = apartados.total + excluded.total"""
_KNOWN_TO_US = "SELECT 1 FROM ids WHERE id = ? AND cuerpo = ?"
_KNOWN = "SELECT 1 FROM apartados_ids WHERE id = ? AND cuerpo = ?"
_KEEP = "INSERT INTO apartados_ids (id, cuerpo) VALUES (?, ?)"
_PRUNE = "DELETE FROM apartados_ids WHERE n <= (SELECT max(n) FROM apartados_ids) - ?"


def read(db: Connection) -> Counter[str]:
    return Counter(dict(db.execute("SELECT motivo, total FROM apartados ORDER BY motivo")))


def foreign(db: Connection, messages: Iterable[Message]) -> list[Rejected]:
    """Those that the broker set aside by itself, or for somebody else than us, and why."""
    opened = (m._replace(body=unpacked_if_readable(m.body, MAX_BODY)) for m in messages)
    found = ((message, reason_of(message.deaths)) for message in opened)
    return [Rejected(m, why) for m, why in found if why is not None and not _ours(db, m, why)]


def record(db: Connection, set_aside: Sequence[Rejected]) -> Counter[str]:
    """Call inside a transaction. Return what is new, by reason."""
    new = [each for each in set_aside if _is_new(db, each.message)]
    counts = Counter(reason for _, reason in new)
    db.executemany(_ADD, counts.items())
    db.execute(_PRUNE, (MAX_IDS,))
    samples = [Rejected(message, f"set aside by the broker: {reason}") for message, reason in new]
    rejections.sample(db, samples, time.time())
    return counts


def _ours(db: Connection, message: Message, reason: str) -> bool:
    """Whether we rejected it, which is counted. Without an id that can't be told from others."""
    if reason != REJECTED:
        return False
    if not message.message_id:
        return True
    return db.execute(_KNOWN_TO_US, _identity(db, message)).fetchone() is not None


def _is_new(db: Connection, message: Message) -> bool:
    if not message.message_id:
        return True
    identity = _identity(db, message)
    if db.execute(_KNOWN, identity).fetchone():
        return False
    db.execute(_KEEP, identity)
    return True


def _identity(db: Connection, message: Message) -> tuple[object, int]:
    return db.packed(key_of(message.message_id or "")), digest_of(message.body)
