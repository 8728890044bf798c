"""What the store keeps of messages that could not be counted: totals by reason, and samples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from comun.wire_time import rfc3339
from counting.counted import Rejected
from database.connection import Connection
from decoding.message import Message

MAX_SAMPLES = 10_000
MAX_SAMPLE_CHARACTERS = 256
MAX_KINDS = 200
OTHER_KINDS = "otros"

_ADD_KIND = """INSERT INTO motivos VALUES (?, ?)
    ON CONFLICT (motivo) DO UPDATE SET total = motivos.total + excluded.total"""
_ADD_SAMPLE = """INSERT INTO muestras (momento, motivo, cuerpo, bytes, cliente, message_id)
    VALUES (?, ?, ?, ?, ?, ?)"""
_PRUNE = "DELETE FROM muestras WHERE n <= (SELECT max(n) FROM muestras) - ?"
_NEWEST = """SELECT momento, motivo, cuerpo, bytes, cliente, message_id FROM muestras
    ORDER BY n DESC LIMIT ?"""

_NUMBER = re.compile(r"0x[0-9a-f]+|\d+")
_POSITION = re.compile(r"^\[\d+\]\.?")
_QUOTED = re.compile(r"'[^']*'")
_NAMED_CLIENT = re.compile(rb'"cliente"\s*:\s*"([^"\\]{1,64})"')


def kind_of(reason: str) -> str:
    """The reason without what differs from message to message, so that equal faults add up."""
    return _NUMBER.sub("N", _QUOTED.sub("…", _POSITION.sub("", reason)))[:80]


def guess_client(message: Message) -> str | None:
    if isinstance(message.header_client, str):
        return message.header_client[:64]
    if found := _NAMED_CLIENT.search(message.body[:4096]):
        return found[1].decode("utf-8", "backslashreplace")
    return message.app_id[:64] if message.app_id else None


def record(db: Connection, rejected: Sequence[Rejected], now: float) -> None:
    """Call inside the transaction that counts the rejected messages. *now*: since 1970."""
    if not rejected:
        return
    known = {kind for (kind,) in db.execute("SELECT motivo FROM motivos")}
    kinds: Counter[str] = Counter()
    for _, reason in rejected:
        kind = kind_of(reason)
        if kind not in known and len(known) >= MAX_KINDS:
            kind = OTHER_KINDS
        known.add(kind)
        kinds[kind] += 1
    db.executemany(_ADD_KIND, kinds.items())
    sample(db, rejected, now)


def sample(db: Connection, rejected: Sequence[Rejected], now: float) -> None:
    """Keep what the newest of them were. Call inside a transaction."""
    db.executemany(_ADD_SAMPLE, [_sample(db, each, now) for each in rejected[-MAX_SAMPLES:]])
    db.execute(_PRUNE, (MAX_SAMPLES,))


def _sample(db: Connection, rejected: Rejected, now: float) -> tuple[object, ...]:
    message, reason = rejected
    # Four bytes a character at the most: enough to fill the sample, whatever the script.
    start = message.body[: 4 * MAX_SAMPLE_CHARACTERS].decode("utf-8", "backslashreplace")
    return (
        now,
        reason.encode("utf-8", "backslashreplace").decode()[:MAX_SAMPLE_CHARACTERS],
        db.packed(start[:MAX_SAMPLE_CHARACTERS]),
        len(message.body),
        db.packed(guess_client(message)),
        db.packed(message.message_id),
    )


def read(db: Connection, limit: int) -> dict[str, Any]:
    """Totals by reason, largest first, and the *limit* newest samples, newest first."""
    kinds = db.execute("SELECT motivo, total FROM motivos ORDER BY total DESC, motivo")
    columns = ("momento", "motivo", "cuerpo", "bytes", "cliente", "message_id")
    samples = [dict(zip(columns, row, strict=True)) for row in db.execute(_NEWEST, (limit,))]
    for sample in samples:
        sample["momento"] = rfc3339(sample["momento"])
        for loose in ("cuerpo", "cliente", "message_id"):
            sample[loose] = db.unpacked(sample[loose])
    return {"motivos": dict(kinds), "muestras": samples}
