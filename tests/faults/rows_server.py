"""Row 60: the counts are in PostgreSQL, cut off at COMMIT, killed and frozen under load."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.commit_line import CommitLine, Cut, commit_line
from tests.faults.rig import Rig
from tests.postgres_stack import Postgres
from tests.stack import ROOT
from tests.topology_job import declare_topology

CUTS: tuple[Cut, ...] = ("before", "after")
COUNTING_AGAIN = 40.0  # seconds; the server ends a frozen transaction after 8
STORE_BY_HAND = ROOT / "servicio-analiticas" / "almacen.py"


def server_breaks(rig: Rig, cuts: int, kills: int, frozen: float, rate: float) -> None:
    """Each harm *cuts* or *kills* times, and frozen once, so many seconds."""
    with counts_in_a_server(rig) as (server, line):
        rig.start()
        rig.load(rate)
        rig.until_counting(20)
        for _ in range(cuts):
            line.next_commit = rig.rng.choice(CUTS)
            rig.until("a COMMIT is cut", lambda: line.next_commit is None, 20)
            rig.until_counting(COUNTING_AGAIN)
            rig.findings.faults += 1
        for _ in range(kills):
            time.sleep(rig.rng.uniform(0.1, 1))
            server.kill()
            server.part.start()
            rig.until_counting(COUNTING_AGAIN)
            rig.analytics.kill()
            rig.analytics.start(wait=False)
            rig.until_counting(COUNTING_AGAIN)
            rig.findings.faults += 2
        server.pause()
        time.sleep(frozen)
        server.resume()
        rig.findings.faults += 1
        rig.until_counting(COUNTING_AGAIN)
        rig.finish_loads()
        rig.until_quiet()
        rig.findings.check(rig.analytics.running, "the analytics gave up")
        into_the_file(rig)


@contextmanager
def counts_in_a_server(rig: Rig) -> Iterator[tuple[Postgres, CommitLine]]:
    """Before the start. The file has nothing until `into_the_file`."""
    with Postgres({}).at_work() as server, commit_line(server.port) as line:
        url = server.fresh().replace(f":{server.port}/", f":{line.port}/")
        declare_topology(rig.vhost)
        rig.analytics = rig.new_analytics("analytics-server", STORE_URL=url)
        yield server, line


def into_the_file(rig: Rig) -> None:
    """Go on with the file, as a person would: what is read in the end is what is in there."""
    rig.findings.check(rig.analytics.stop() == 0, "the analytics did not stop cleanly")
    url = rig.analytics.environment["STORE_URL"]
    moved = subprocess.run(
        [sys.executable, STORE_BY_HAND, "mudar", "archivo"],
        env={"PATH": "", "STORE_PATH": str(rig.store), "STORE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    rig.findings.check(moved.returncode == 0, f"the store could not be moved: {moved.stderr}")
    rig.analytics = rig.new_analytics("analytics-file")
    rig.analytics.start()
