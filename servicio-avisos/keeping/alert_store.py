"""The service's own SQLite file. One process writes; the command `silenciar` only adds a mute."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from judging.alarms import Alert
from keeping.alert_file import AlertStoreError, connect, hold

KEPT_RESOLVED = 500


class Told(NamedTuple):
    """
    How much of an alert one receiver was told.

    *stage*: 0 nothing yet, 1 that it fires, 2 that it is over. *sending*: whether a message was on
    its way that nobody has noted the end of. *at*: when it was told last.
    """

    stage: int = 0
    sending: bool = False
    at: float = 0.0


class Mute(NamedTuple):
    """Until when alerts are told to nobody; an empty *rule* or *client* is any."""

    until: float
    rule: str = ""
    client: str = ""


Key = tuple[str, str]
"""An alert's id and who is told of it."""


class AlertStore:
    """Every method that writes is one transaction, on the disk when it returns."""

    def __init__(self, path: Path) -> None:
        """Raises AlertStoreError or NotAvailableError."""
        self._lock = hold(path)
        try:
            self._db = connect(path)
        except BaseException:
            self._lock.close()
            raise

    def close(self) -> None:
        self._db.close()
        self._lock.close()

    def alerts(self) -> list[Alert]:
        rows = self._db.execute(
            "SELECT id, regla, tipo, sujeto, desde, disparado, valor, limite, nota,"
            " resuelto, sobre FROM avisos ORDER BY disparado, id"
        )
        return [Alert(*row) for row in rows]

    def told(self) -> dict[Key, Told]:
        rows = self._db.execute("SELECT aviso, destino, dicho, enviando, momento FROM entregas")
        return {(row[0], row[1]): Told(row[2], bool(row[3]), row[4]) for row in rows}

    def rhythms(self) -> dict[str, bytes]:
        return dict(self._db.execute("SELECT cliente, datos FROM ritmos"))

    def mutes(self, now: float) -> list[Mute]:
        rows = self._db.execute(
            "SELECT hasta, regla, cliente FROM silencios WHERE hasta > ? ORDER BY hasta", (now,)
        )
        return [Mute(*row) for row in rows]

    def note(self, changes: Iterable[Alert], told: Iterable[tuple[Key, Told]]) -> list[str]:
        """Note alerts that fire or are over, and who is to be told. Return what was forgotten."""
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO avisos VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(each) for each in changes],
            )
            self._tell(told)
            rows = self._db.execute(
                "SELECT id FROM avisos WHERE resuelto IS NOT NULL"
                " ORDER BY resuelto DESC, id LIMIT -1 OFFSET ?",
                (KEPT_RESOLVED,),
            )
            old = [row[0] for row in rows]
            self._db.executemany("DELETE FROM avisos WHERE id = ?", [(each,) for each in old])
            self._db.executemany("DELETE FROM entregas WHERE aviso = ?", [(each,) for each in old])
        return old

    def tell(self, told: Iterable[tuple[Key, Told]]) -> bool:
        with self._transaction():
            self._tell(told)
        return True

    def keep_rhythms(self, packed: Iterable[tuple[str, bytes]]) -> None:
        """An empty one is forgotten."""
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO ritmos VALUES (?, ?)", packed)
            self._db.execute("DELETE FROM ritmos WHERE length(datos) = 0")

    def _tell(self, told: Iterable[tuple[Key, Told]]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO entregas VALUES (?, ?, ?, ?, ?)",
            [(*key, each.stage, each.sending, each.at) for key, each in told],
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Raises sqlite3.Error; then nothing was written."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def add_mute(path: Path, mute: Mute, now: float) -> None:
    """For the command, beside a service at work. Raises AlertStoreError or NotAvailableError."""
    if not path.exists():
        raise AlertStoreError(f"{path} is not there: the service has never run with it")
    db = connect(path)
    try:
        with db:
            db.execute("DELETE FROM silencios WHERE hasta <= ?", (now,))
            if mute.until > now:
                db.execute("INSERT INTO silencios (hasta, regla, cliente) VALUES (?, ?, ?)", mute)
            else:
                db.execute("DELETE FROM silencios WHERE regla = ? AND cliente = ?", mute[1:])
    except sqlite3.Error as error:
        raise AlertStoreError(f"{path}: {error}") from error
    finally:
        db.close()


def _row(alert: Alert) -> tuple[object, ...]:
    return (
        *(alert.id, alert.rule, alert.kind, alert.subject, alert.since),
        *(alert.fired, alert.value, alert.limit, alert.note, alert.resolved),
        alert.about,
    )
