"""Brings the tables of a store to the version that this program knows."""

from __future__ import annotations

import time
import uuid

from database.failures import UnusableStoreError
from history.upgrades.five_minutes import enter_five_minutes
from sqlite import file_tables as tables
from sqlite.aside_tables import COPIES, REJECTIONS, SET_ASIDE
from sqlite.file_connection import FileConnection
from sqlite.history_tables import HISTORY_2, HISTORY_2_TO_3, HISTORY_3_TO_4


def create_or_migrate(db: FileConnection) -> None:
    """Raises UnusableStoreError for a store of a later version, and leaves it as it is."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if not 0 <= version <= tables.VERSION:
        raise UnusableStoreError(f"schema {version}, this program knows {tables.VERSION}")
    if version < 1:
        db.executescript(f"BEGIN; {tables.VERSION_1} {REJECTIONS} PRAGMA user_version = 1;")
        db.execute(tables.NEW_LEDGER, (uuid.uuid4().hex, time.time()))
        db.execute("COMMIT")
    if version < 2:
        added = f"{tables.FROM_1_TO_2} {HISTORY_2}"
        db.executescript(f"BEGIN; {added} PRAGMA user_version = 2; COMMIT;")
    if version < 3:
        added = f"{tables.FROM_2_TO_3} {HISTORY_2_TO_3} {SET_ASIDE} {COPIES}"
        db.executescript(f"BEGIN; {added} PRAGMA user_version = 3; COMMIT;")
    if version < 4:
        db.executescript(f"BEGIN; {HISTORY_3_TO_4} PRAGMA user_version = 4;")
        enter_five_minutes(db)
        db.execute("COMMIT")
