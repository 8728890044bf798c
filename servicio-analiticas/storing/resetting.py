from __future__ import annotations

import uuid

from database.connection import Connection
from history.history import RESET
from storing import statements as sql


def reset(db: Connection) -> str:
    """
    Set all counts to zero and return the new epoca. Call inside a transaction.

    Ids stay, so a copy is no new event.
    """
    for table in sql.COUNTS:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
    for statement in RESET:
        db.execute(statement)
    db.execute(sql.RESET_LEDGER)
    db.execute(sql.FOLD, (0, None))
    return start_new_epoca(db)


def start_new_epoca(db: Connection) -> str:
    epoca = uuid.uuid4().hex
    db.execute(sql.SET_EPOCA, (epoca,))
    return epoca
