"""Copies of the counts in PostgreSQL, by its own programs, as docs/operations.md says."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from counting.totals import IdWindow, Totals, ledger, report
from decoding.message import Message
from parts.postgres_programs import postgres_program
from postgres.server_store import ServerStore, open_store
from postgres.server_url import ServerUrl
from tests.postgres_stack import FAST, Postgres

WINDOW = IdWindow(604800, 50_000_000)
NEW_EPOCA = "UPDATE libro SET epoca = replace(gen_random_uuid()::text, '-', '')"


@contextmanager
def opened(url: str) -> Iterator[ServerStore]:
    with closing(open_store(ServerUrl(url), WINDOW)) as store:
        yield store


def message(number: int) -> Message:
    return Message(number, b'{"cliente":"cliente_%d"}' % (number % 7), f"id-{number}")


def told(totals: Totals) -> str:
    return json.dumps([report(totals, 1000), ledger(totals)])


def by_its_program(name: str, *words: str | Path) -> None:
    program = postgres_program(name)
    assert program, f"no {name}; `make test` installs it"
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_copy_put_back_elsewhere(postgres: Postgres, tmp_path: Path) -> None:
    """Another server tells the same report, and knows each message as counted."""
    url, copy = postgres.fresh(), tmp_path / "copy"
    schema = url.rpartition("%3D")[2]
    with opened(url) as store:
        store.apply([message(n) for n in range(50)])
        while store.tend():
            pass
        store.apply([message(n) for n in range(50, 80)])  # still a delta row
        before = told(store.load())
        by_its_program("pg_dump", "-d", postgres.url(), "-n", schema, "-Fc", "-f", copy)

    with Postgres(FAST).at_work() as second:
        by_its_program("pg_restore", "-d", second.url(), copy)
        with opened(second.url(schema=schema)) as store:
            restored = told(store.load())
            store.apply([message(n) for n in range(80)])
            again = store.load()

    assert restored == before
    assert (again.eventos_contados, again.duplicados) == (80, 80)


def test_an_older_copy_put_back(postgres: Postgres, tmp_path: Path) -> None:
    """Under a new epoca, since what was counted after it comes again under other versions."""
    url, copy = postgres.fresh(), tmp_path / "copy"
    schema = url.rpartition("%3D")[2]
    with opened(url) as store:
        store.apply([message(1)])
        epoca = store.load().epoca
        by_its_program("pg_dump", "-d", postgres.url(), "-n", schema, "-Fc", "-f", copy)
        store.apply([message(2)])

    by_its_program("pg_restore", "--clean", "-d", postgres.url(), copy)
    with psycopg.connect(url) as db:
        db.execute(NEW_EPOCA)

    with opened(url) as store:
        totals = store.load()
    assert totals.eventos_contados == 1
    assert totals.epoca != epoca
