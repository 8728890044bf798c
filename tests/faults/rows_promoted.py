"""Row 64: the primary is cut off from its standby in the midst of commits, and that takes over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import psycopg

from tests.commit_line import CommitLine, commit_line
from tests.faults.rig import Rig
from tests.faults.rows_server import COUNTING_AGAIN, into_the_file
from tests.postgres_stack import STANDBY, Postgres
from tests.topology_job import declare_topology

SETTINGS = MappingProxyType({"wal_level": "replica", "max_wal_senders": "4"})
SCHEMA = "almacen"
NOTICED = 60.0  # seconds: a COMMIT is given up after 10, and every host may be tried before
IN_SYNC = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@dataclass
class Place:
    """One of the two hosts that the service is told of; servers come and go behind it."""

    line: CommitLine
    server: Postgres


def promoted(rig: Rig, times: int, rate: float) -> None:
    """
    What only the primary has is seen by the service after a kill and a start, and lost with it.

    Only who acknowledges what it has read, and not what it has written, loses events by that.
    """
    with _two_servers(rig) as (primary, standby):
        rig.start()
        rig.load(rate)
        rig.until_counting(20)
        for _ in range(times):
            _cut_off(rig, primary, standby)
            with standby.server.admin() as db:
                db.execute("SELECT pg_promote()")
            rig.until_counting(COUNTING_AGAIN)
            rig.findings.faults += 1
            primary, standby = standby, _as_standby(rig, primary, standby.server)
        rig.finish_loads()
        rig.until_quiet()
        rig.findings.check(rig.analytics.running, "the analytics gave up")
        into_the_file(rig)


def _cut_off(rig: Rig, primary: Place, standby: Place) -> None:
    """Leave the primary dead, with commits that the service has read there and nobody else has."""
    standby.server.set("primary_conninfo", "")
    for _ in range(2):
        rig.until("a COMMIT waits for the standby", lambda: _count(primary, WAITING) > 0, NOTICED)
        primary.server.kill()
        primary.server.part.start()
    rig.until("it counts there again, in vain", lambda: _count(primary, WAITING) > 0, NOTICED)
    primary.server.kill()


def _as_standby(rig: Rig, place: Place, primary: Postgres) -> Place:
    """Put a new standby where a server has died."""
    standby = Postgres(SETTINGS, primary)
    rig.undo.enter_context(standby.at_work())
    place.server, place.line.server_port = standby, standby.port
    _wait_in_sync(rig, primary)
    return place


def _wait_in_sync(rig: Rig, primary: Postgres) -> None:
    primary.set("synchronous_standby_names", STANDBY)
    with primary.admin() as db:
        rig.until("the standby is in sync", lambda: _value(db, IN_SYNC) > 0, NOTICED)


@contextmanager
def _two_servers(rig: Rig) -> Iterator[tuple[Place, Place]]:
    """Before the start: a primary and its synchronous standby, told of as two hosts."""
    with ExitStack() as stack:
        first = stack.enter_context(Postgres(SETTINGS).at_work())
        second = stack.enter_context(Postgres(SETTINGS, first).at_work())
        _wait_in_sync(rig, first)
        lines = [stack.enter_context(commit_line(each.port)) for each in (first, second)]
        with first.admin() as db:
            db.execute(f"CREATE SCHEMA {SCHEMA}")
        hosts = ",".join(f"127.0.0.1:{line.port}" for line in lines)
        url = f"postgresql://postgres@{hosts}/postgres?options=-csearch_path%3D{SCHEMA}"
        declare_topology(rig.vhost)
        rig.analytics = rig.new_analytics("analytics-server", STORE_URL=url)
        yield Place(lines[0], first), Place(lines[1], second)


def _count(place: Place, query: str) -> int:
    try:
        with place.server.admin() as db:
            return _value(db, query)
    except psycopg.OperationalError:
        return 0


def _value(db: psycopg.Connection[tuple[int]], query: str) -> int:
    row = db.execute(query).fetchone()
    assert row
    return row[0]
