"""A synchronous standby that takes over from a primary that was cut off in a commit."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from database.failures import StoreUnavailableError
from postgres import server_connection, server_writer
from postgres.server_store import ServerStore, open_store
from postgres.server_url import ServerUrl
from tests.analiticas.test_server_store import BATCH, OTHER, WINDOW, until_done
from tests.postgres_stack import FAST, STANDBY, Postgres

SCHEMA = "almacen"


@pytest.fixture(name="primary")
def _primary() -> Iterator[Postgres]:
    settings = FAST | {"wal_level": "replica", "max_wal_senders": "4"}
    with Postgres(settings).at_work() as server:
        yield server


@pytest.fixture(name="standby")
def _standby(primary: Postgres) -> Iterator[Postgres]:
    """It has all that the primary has told anybody."""
    settings = FAST | {"wal_level": "replica", "max_wal_senders": "4"}
    with Postgres(settings, primary).at_work() as server:
        primary.set("synchronous_standby_names", STANDBY)
        with primary.admin() as db:
            query = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
            until(lambda: db.execute(query).fetchone())
        yield server


def until(condition: Callable[[], object], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(name="store")
def _store(
    primary: Postgres, standby: Postgres, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ServerStore]:
    monkeypatch.setattr(server_connection, "CALL_SECONDS", 1.0)
    monkeypatch.setattr(server_writer, "HANDOVER_SECONDS", 0.2)
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    url = f"postgresql://postgres@{hosts}/postgres?options=-csearch_path%3D{SCHEMA}"
    with primary.admin() as db:
        db.execute(f"CREATE SCHEMA {SCHEMA}")
    with closing(open_store(ServerUrl(url), WINDOW)) as store:
        yield store


def test_nothing_is_lost_and_nothing_is_double(
    store: ServerStore, primary: Postgres, standby: Postgres
) -> None:
    """
    What only the cut-off primary has is not acknowledged, though it is there to be read.

    It is counted by the standby that takes over, once, and so is what has no id.
    """
    totals = store.load()
    totals.add(store.apply(OTHER))
    standby.set("primary_conninfo", "")  # from now on the primary hears nothing of it

    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            store.apply(BATCH)
    primary.kill()
    primary.part.start()
    assert version_at(primary) == 2  # a restarted primary shows it to whoever asks
    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            store.apply(BATCH)
        with pytest.raises(StoreUnavailableError):
            store.read_client("a")
    primary.kill()
    with standby.admin() as db:
        db.execute("SELECT pg_promote()")
    assert version_at(standby) == 1

    totals.add(until_done(lambda: store.apply(BATCH)))

    assert store.load() == totals
    assert (totals.version, totals.eventos_contados, totals.sin_id) == (2, 4, 1)
    assert version_at(standby) == 2


def version_at(server: Postgres) -> int:
    with server.admin(SCHEMA) as db:
        row = db.execute("SELECT version FROM libro").fetchone()
    assert row
    return int(row[0])
