"""What an error of PostgreSQL means to whoever counts."""

from __future__ import annotations

import psycopg

from database.failures import CommitFailedError, StoreUnavailableError

PASSING = (
    *("08", "57"),  # the connection, or the server, went away
    *("53", "58"),  # its disk is full, or it has too many connections
    *("25", "40", "55"),  # read-only after a change of roles; lost a race; something is locked
)
"""The classes of SQLSTATE that may be gone at the next try. Any other one would come again."""
REFUSALS = (
    *("password authentication failed", "no password supplied", "not permitted to log in"),
    *("does not exist", "no pg_hba.conf entry", "certificate"),
)
"""What says that a server won't have us, whenever we come; it tells no SQLSTATE before a login."""


def is_refusal(text: str) -> bool:
    return any(each in text for each in REFUSALS)


def meaning(error: psycopg.Error) -> StoreUnavailableError | CommitFailedError:
    text = " ".join(str(error).split())
    if error.sqlstate is None or error.sqlstate.startswith(PASSING):
        return StoreUnavailableError(f"PostgreSQL: {text}")
    return CommitFailedError(f"PostgreSQL refuses a statement ({error.sqlstate}): {text}")
