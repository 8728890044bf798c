"""Whether a server can hold a store, and the tables in it."""

from __future__ import annotations

import logging

from database.failures import CommitFailedError, StoreUnavailableError, UnusableStoreError
from postgres import server_tables as tables
from postgres.server_connection import ServerConnection
from postgres.server_errors import is_refusal

LOG = logging.getLogger("analiticas.store")
OLDEST = 15
ABOUT = """SELECT current_setting('server_version_num')::integer / 10000,
    current_setting('server_encoding'), current_user, current_schema(),
    current_setting('synchronous_standby_names'), current_setting('fsync')"""
EXISTS = "SELECT to_regclass('esquema') IS NOT NULL"
CREATION_IS_OURS = "SELECT pg_advisory_xact_lock(1886743663)"  # two may start at once
USABLE = """SELECT bool_and(has_table_privilege(tabla, 'SELECT')
    AND has_table_privilege(tabla, 'INSERT') AND has_table_privilege(tabla, 'UPDATE')
    AND has_table_privilege(tabla, 'DELETE')) FROM unnest(?::text[]) AS tablas (tabla)"""


def prepare(db: ServerConnection) -> None:
    """
    Connect, create the tables if there are none, and leave it without a connection.

    Raises UnusableStoreError with one sentence, and StoreUnavailableError.
    """
    try:
        db.connect()
        account = _check_server(db)
        _create_if_missing(db, account)
        _check_tables(db, account)
    except CommitFailedError as error:
        raise UnusableStoreError(str(error)) from error
    except StoreUnavailableError as error:
        if is_refusal(str(error)):
            raise UnusableStoreError(str(error)) from error
        raise
    finally:
        db.close()


def _check_server(db: ServerConnection) -> str:
    """Return the account that we are."""
    row = db.execute(ABOUT).fetchone()
    version, encoding, account, schema, standbys, fsync = row
    if version < OLDEST:
        raise UnusableStoreError(f"it is PostgreSQL {version}, and Pulso needs {OLDEST} or newer")
    if encoding != "UTF8":
        raise UnusableStoreError(f"its encoding is {encoding}: create the database with UTF8")
    if schema is None:
        raise UnusableStoreError(f"the account {account} has no schema that it may use in there")
    if fsync != "on":
        LOG.warning("the database has fsync=off: counts that it took are lost with its machine")
    if not standbys:
        LOG.warning(
            "the database has no synchronous standby (synchronous_standby_names is empty):"
            " the counts are safe as long as its one disk is"
        )
    return str(account)


def _create_if_missing(db: ServerConnection, account: str) -> None:
    db.execute("BEGIN")
    db.execute(CREATION_IS_OURS)
    if not db.execute(EXISTS).fetchone()[0]:
        try:
            db.run(tables.ALL.encode())
        except CommitFailedError as error:
            raise UnusableStoreError(
                f"the account {account} can't create the tables of the store: {error}"
            ) from error
    db.execute("COMMIT")


def _check_tables(db: ServerConnection, account: str) -> None:
    if not db.execute(USABLE, (tables.NAMES,)).fetchone()[0]:
        raise UnusableStoreError(
            f"the account {account} may not read and write all tables of the store:"
            " grant it SELECT, INSERT, UPDATE and DELETE on them"
        )
    (version,) = db.execute("SELECT version FROM esquema").fetchone()
    if version != tables.VERSION:
        raise UnusableStoreError(
            f"its tables are of version {version}, and this program knows {tables.VERSION}"
        )
