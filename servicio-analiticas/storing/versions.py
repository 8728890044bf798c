"""Brings the tables of a store to the version that this program knows."""

from __future__ import annotations

import sqlite3
import time
import uuid

from aside import copies, rejections, set_aside_counts
from history import tables as history_tables
from history.upgrades.five_minutes import enter_five_minutes
from storing import schema as sql


def create_or_migrate(db: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError for a store of a later version, and leaves it as it is."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if not 0 <= version <= sql.VERSION:
        raise sqlite3.DatabaseError(f"schema {version}, this program knows {sql.VERSION}")
    if version < 1:
        db.executescript(f"BEGIN; {sql.VERSION_1} {rejections.TABLES} PRAGMA user_version = 1;")
        db.execute(sql.NEW_LEDGER, (uuid.uuid4().hex, time.time()))
        db.execute("COMMIT")
    if version < 2:
        tables = f"{sql.FROM_1_TO_2} {history_tables.VERSION_2}"
        db.executescript(f"BEGIN; {tables} PRAGMA user_version = 2; COMMIT;")
    if version < 3:
        tables = f"{sql.FROM_2_TO_3} {history_tables.FROM_2_TO_3}"
        tables += f" {set_aside_counts.TABLES} {copies.TABLES}"
        db.executescript(f"BEGIN; {tables} PRAGMA user_version = 3; COMMIT;")
    if version < 4:
        db.executescript(f"BEGIN; {history_tables.FROM_3_TO_4} PRAGMA user_version = 4;")
        enter_five_minutes(db)
        db.execute("COMMIT")
