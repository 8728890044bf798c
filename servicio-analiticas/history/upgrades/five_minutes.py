"""A store that knew no steps of five minutes: what its minutes tell of them."""

from __future__ import annotations

from collections.abc import Iterator

from database.connection import Connection
from history import statements as sql
from history.levels import Retention, add, levels, split_key, unpack

_, MINUTES, FIVE_MINUTES, HOURS = levels(Retention())
TOGETHER = FIVE_MINUTES.step // MINUTES.step


def enter_five_minutes(db: Connection) -> None:
    """
    Fill the level of five minutes, and note since when it has everything.

    Call inside the transaction that adds the level, before anything is folded.
    """
    for chunk in _chunks(db):
        _enter(db, chunk)
    db.execute(sql.SET_FIVE_MINUTES_SINCE, (_since(db),))


def _chunks(db: Connection) -> Iterator[int]:
    """The chunks of five minutes for which there are minutes."""
    begin = MINUTES.key(0)
    while (key := db.execute(sql.FIRST_KEY, (begin, MINUTES.end)).fetchone()[0]) is not None:
        chunk = split_key(key)[1] * MINUTES.span // FIVE_MINUTES.span
        yield chunk
        begin = MINUTES.key((chunk + 1) * FIVE_MINUTES.span // MINUTES.span)


def _enter(db: Connection, chunk: int) -> None:
    begin, end = (n * FIVE_MINUTES.span // MINUTES.span for n in (chunk, chunk + 1))
    series: dict[int, dict[int, int]] = {}
    for key, data in db.execute(sql.CHUNKS_BETWEEN, (MINUTES.key(begin), MINUTES.key(end))):
        _, hour, one = split_key(key)
        minutes = unpack(data, MINUTES.slots)
        sums = (sum(minutes[m : m + TOGETHER]) for m in range(0, MINUTES.slots, TOGETHER))
        first = (hour - begin) * (MINUTES.slots // TOGETHER)
        series.setdefault(one, {}).update(enumerate(sums, first))
    rows = (
        (FIVE_MINUTES.key(chunk, one), sum(counts.values()), add(None, FIVE_MINUTES.slots, counts))
        for one, counts in series.items()
    )
    db.executemany(sql.SET_CHUNK, rows)


def _since(db: Connection) -> int:
    """The end of the last hour in which more happened than the minutes tell of."""
    reach = MINUTES.key(0), MINUTES.end
    minutes = {split_key(key)[1]: total for key, total in db.execute(sql.SUMS_OF_TOTAL, reach)}
    since = 0
    for key, data in db.execute(sql.CHUNKS_OF_TOTAL, (HOURS.key(0), HOURS.end)):
        first = split_key(key)[1] * HOURS.slots
        for hour, n in enumerate(unpack(data, HOURS.slots), first):
            if n > minutes.get(hour, 0):
                since = (hour + 1) * HOURS.step
    return since
