"""The store's count of what the broker set aside, each message once as far as it has an id."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from aside import rejections
from aside.set_aside import REJECTED, reason_of
from counting.counted import Rejected
from counting.message_identity import digest_of, key_of
from decoding.event_decoding import MAX_BODY
from decoding.message import Message
from decoding.packed_body import unpacked_if_readable

MAX_IDS = 100_000  # a copy comes again at once, or within minutes

TABLES = """
CREATE TABLE apartados (motivo TEXT PRIMARY KEY, total INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE apartados_ids (
    n INTEGER PRIMARY KEY,
    id ANY NOT NULL,
    cuerpo INTEGER NOT NULL,
    UNIQUE (id, cuerpo)
) STRICT;
"""
_ADD = """INSERT INTO apartados VALUES (?, ?)
    ON CONFLICT (motivo) DO UPDATE SET total = total + excluded.total"""
_KNOWN_TO_US = "SELECT 1 FROM ids WHERE id = ? AND cuerpo = ?"
_KEEP = "INSERT OR IGNORE INTO apartados_ids (id, cuerpo) VALUES (?, ?)"
_PRUNE = "DELETE FROM apartados_ids WHERE n <= (SELECT max(n) FROM apartados_ids) - ?"


def read(db: sqlite3.Connection) -> Counter[str]:
    return Counter(dict(db.execute("SELECT motivo, total FROM apartados ORDER BY motivo")))


def foreign(db: sqlite3.Connection, messages: Iterable[Message]) -> list[Rejected]:
    """Those that the broker set aside by itself, or for somebody else than us, and why."""
    opened = (m._replace(body=unpacked_if_readable(m.body, MAX_BODY)) for m in messages)
    found = ((message, reason_of(message.deaths)) for message in opened)
    return [Rejected(m, why) for m, why in found if why is not None and not _ours(db, m, why)]


def record(db: sqlite3.Connection, set_aside: Sequence[Rejected]) -> Counter[str]:
    """Call inside a transaction. Return what is new, by reason."""
    new = [each for each in set_aside if _is_new(db, each.message)]
    counts = Counter(reason for _, reason in new)
    db.executemany(_ADD, counts.items())
    db.execute(_PRUNE, (MAX_IDS,))
    samples = [Rejected(message, f"set aside by the broker: {reason}") for message, reason in new]
    rejections.sample(db, samples, time.time())
    return counts


def _ours(db: sqlite3.Connection, message: Message, reason: str) -> bool:
    """Whether we rejected it, which is counted. Without an id that can't be told from others."""
    if reason != REJECTED:
        return False
    if not message.message_id:
        return True
    identity = key_of(message.message_id), digest_of(message.body)
    return db.execute(_KNOWN_TO_US, identity).fetchone() is not None


def _is_new(db: sqlite3.Connection, message: Message) -> bool:
    if not message.message_id:
        return True
    identity = key_of(message.message_id), digest_of(message.body)
    return db.execute(_KEEP, identity).rowcount == 1
