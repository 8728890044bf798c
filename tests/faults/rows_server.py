"""Rows 60 and 63: the counts are in PostgreSQL: cut off at COMMIT, killed, frozen, disk full."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from tests.commit_line import CommitLine, Cut, commit_line
from tests.faults.probes import resident_mb
from tests.faults.rig import Rig
from tests.faults.small_disk import fill, small_disk
from tests.postgres_stack import Postgres
from tests.stack import ROOT
from tests.topology_job import declare_topology

CUTS: tuple[Cut, ...] = ("before", "after")
FLAT_MB = 20.0
SERVER_DISK_MB = 256
# Or it would keep what its log had once needed, and hardly notice the rest is gone.
SMALL_LOG = MappingProxyType({"max_wal_size": "32MB", "min_wal_size": "32MB", "wal_recycle": "off"})
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


def disk_of_the_server_full(rig: Rig, seconds: float, rate: float) -> None:
    """Row 63: not a byte is left for its log. It ends, as documented, and is started again."""
    with TemporaryDirectory() as name, small_disk(Path(name) / "disk", SERVER_DISK_MB) as mounted:
        home = Path(name) / "disk"
        home.parent.chmod(0o755)  # the server has an account of its own
        if not mounted:
            rig.findings.notes.append("not run: only root can mount a small disk")
            return server_breaks(rig, cuts=0, kills=1, frozen=seconds, rate=rate)
        with counts_in_a_server(rig, SMALL_LOG, home) as (server, _):
            rig.start()
            rig.load(rate)
            rig.until_counting(20)
            before = resident_mb(rig.analytics.pid)
            filler = home / "filler"
            fill(filler)
            rig.until("the store is told to be paused", partial(_is_paused, rig), 120)
            time.sleep(seconds)
            filler.unlink()
            rig.findings.faults += 1
            grown = resident_mb(rig.analytics.pid) - before
            rig.findings.notes.append(f"the analytics grew by {grown:.0f} MB meanwhile")
            rig.findings.check(grown < FLAT_MB, f"the analytics grew by {grown:.0f} MB")
            if not server.part.running:
                rig.findings.notes.append("PostgreSQL had ended")
                server.kill()
                server.part.start()
            rig.until_counting(COUNTING_AGAIN)
            rig.finish_loads()
            rig.until_quiet()
            rig.findings.check(rig.analytics.running, "the analytics gave up")
            into_the_file(rig)
    return None


def _is_paused(rig: Rig) -> bool:
    return (rig.read("/estado") or {}).get("almacen") == "en_pausa"


@contextmanager
def counts_in_a_server(
    rig: Rig, settings: Mapping[str, str] = MappingProxyType({}), folder: Path | None = None
) -> Iterator[tuple[Postgres, CommitLine]]:
    """Before the start. The file has nothing until `into_the_file`."""
    with Postgres(settings, folder=folder).at_work() as server, commit_line(server.port) as line:
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
