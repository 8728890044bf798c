"""A store whose PostgreSQL is killed, frozen, or without the standby that it waits for."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from counting.totals import Totals
from database.failures import StoreUnavailableError, UnusableStoreError
from postgres import server_connection, server_writer
from postgres.server_store import ServerStore, open_store
from postgres.server_url import ServerUrl
from tests.analiticas.test_server_store import BATCH, OTHER, WINDOW, until_done
from tests.postgres_stack import FAST, Postgres

T = TypeVar("T")


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """One that the tests of this file may break, and that can wait for a standby."""
    settings = FAST | {"wal_level": "replica", "max_wal_senders": "4"}
    with Postgres(settings).at_work() as own:
        yield own


@pytest.fixture(name="store")
def _store(own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServerStore]:
    monkeypatch.setattr(server_connection, "CALL_SECONDS", 1.0)
    monkeypatch.setattr(server_writer, "HANDOVER_SECONDS", 0.2)
    hasty = server_connection.SESSION.replace(b"'8s'", b"'1s'").replace(b"'5s'", b"'500ms'")
    monkeypatch.setattr(server_connection, "SESSION", hasty)
    with closing(open_store(ServerUrl(own_postgres.fresh()), WINDOW)) as store:
        yield store


@contextmanager
def no_standby(server: Postgres) -> Iterator[None]:
    """COMMIT waits for a standby that does not come, and is visible once it does."""
    server.set("synchronous_standby_names", "nadie")
    try:
        yield
    finally:
        server.set("synchronous_standby_names", "")


def check(store: ServerStore, totals: Totals) -> None:
    assert store.load() == totals
    assert (totals.eventos_contados, totals.sin_id, totals.rechazados) == (4, 1, 1)
    assert totals.version == 2


def test_a_commit_that_waits_for_a_standby(store: ServerStore, own_postgres: Postgres) -> None:
    """It is left after a while, told to nobody, and counted once when the standby is back."""
    totals = store.load()
    with no_standby(own_postgres):
        for _ in range(3):
            with pytest.raises(StoreUnavailableError):
                store.apply(BATCH)
            with pytest.raises(StoreUnavailableError):
                store.read_client("a")

    totals.add(until_done(lambda: store.apply(BATCH)))
    totals.add(store.apply(OTHER))

    check(store, totals)


def test_a_wait_that_somebody_cancels(
    store: ServerStore, own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL then says COMMIT with a warning, and that is no answer to rely on."""
    monkeypatch.setattr(server_connection, "CALL_SECONDS", 20.0)
    totals = store.load()
    with no_standby(own_postgres), ThreadPoolExecutor(1) as thread:
        counting = thread.submit(store.apply, BATCH)
        cancel_the_wait(own_postgres)
        with pytest.raises(StoreUnavailableError, match="warning"):
            counting.result()

    totals.add(until_done(lambda: store.apply(BATCH)))
    totals.add(store.apply(OTHER))

    check(store, totals)


def cancel_the_wait(server: Postgres) -> None:
    query = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    end = time.monotonic() + 20
    with server.admin() as db:
        while not db.execute(query).fetchall():
            assert time.monotonic() < end
            time.sleep(0.02)


def test_killed_while_it_counts(store: ServerStore, own_postgres: Postgres) -> None:
    """Killed at any moment and started again: each batch once, though nothing has an id."""
    totals, enough = store.load(), threading.Event()

    def count_on() -> None:
        while not enough.is_set():
            batch = [message._replace(message_id=None) for message in OTHER]
            totals.add(until_done_slowly(partial(store.apply, batch)))

    with ThreadPoolExecutor(1) as thread:
        counting = thread.submit(count_on)
        for _ in range(3):
            own_postgres.kill()
            own_postgres.part.start()  # it would end with another thread that started it
        enough.set()
        counting.result()

    def load() -> Totals:
        store.tend()  # reading does not connect again
        return store.load()

    assert until_done_slowly(load) == totals
    assert totals.eventos_contados == totals.sin_id == totals.version >= 1


def until_done_slowly(call: Callable[[], T]) -> T:
    end = time.monotonic() + 40
    while True:
        try:
            return call()
        except StoreUnavailableError:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_frozen(store: ServerStore, own_postgres: Postgres) -> None:
    """A server that says nothing, and whose kernel answers for it, is left after a while."""
    totals = store.load()
    totals.add(store.apply(OTHER))
    own_postgres.pause()
    try:
        with pytest.raises(StoreUnavailableError, match=r"no answer .* within 1 s"):
            store.apply(BATCH)
    finally:
        own_postgres.resume()

    totals.add(until_done(lambda: store.apply(BATCH)))

    check(store, totals)


def test_a_certificate_is_looked_at(own_postgres: Postgres, tmp_path: Path) -> None:
    """With sslmode=verify-full the server must have one that is known, and of its name."""
    own_postgres.take_certificate(certificate(tmp_path / "servidor"))
    stranger, _ = certificate(tmp_path / "otro")
    own = own_postgres.folder / "data" / "server.crt"
    known = tmp_path / "conocido.crt"
    known.write_bytes(own.read_bytes())
    url = f"{own_postgres.fresh()}&sslmode=verify-full&sslrootcert="

    with closing(open_store(ServerUrl(f"{url}{known}"), WINDOW)) as store:
        row = store._db.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert row.fetchone() == (True,)
    with pytest.raises(UnusableStoreError, match="certificate"):
        open_store(ServerUrl(f"{url}{stranger}"), WINDOW)
    elsewhere = f"{url}{known}".replace("@127.0.0.1:", "@otro.example:") + "&hostaddr=127.0.0.1"
    with pytest.raises(UnusableStoreError, match="certificate"):
        open_store(ServerUrl(elsewhere), WINDOW)


def certificate(name: Path) -> tuple[Path, Path]:
    """One for this machine, signed by itself, and its key."""
    files = name.with_suffix(".crt"), name.with_suffix(".key")
    words = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    words += ["-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run(["openssl", "req", "-x509", *words], check=True, capture_output=True)
    return files
