"""
Rows 61, 62 and 65: several analytics on one PostgreSQL, killed, frozen, added and taken away.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.faults.rig import Rig
from tests.faults.rows_analytics import ANALYTICS_POINTS, can_be_killed
from tests.faults.rows_server import COUNTING_AGAIN, counts_in_a_server, into_the_file
from tests.port_ranges import free_ports
from tests.stack import Part

BESIDE = 2
MOST_BESIDE = 3
RARE = ("before_forget", "after_forget")
SEAL_SECONDS = "0.4"  # so that folding ends in between, and what is folded is forgotten
MORE = 0.6  # of the changes, as long as there are not so many


@contextmanager
def _three(rig: Rig, rate: float) -> Iterator[list[Part]]:
    """Under load; in the end two stop, and what they counted is read in the file."""
    with counts_in_a_server(rig):
        url = rig.analytics.environment["STORE_URL"]
        rig.start()
        each = [rig.analytics, *(beside(rig, url, port) for port in free_ports(BESIDE))]
        rig.load(rate)
        rig.until_counting(20)
        yield each
        rig.finish_loads()
        rig.until_quiet()
        _stop_all(rig, each[1:])
        into_the_file(rig)


def several_count(rig: Rig, kills: int, frozen: float, rate: float) -> None:
    """One of them killed, whichever, *kills* times; then one is frozen for so many seconds."""
    with _three(rig, rate) as each:
        for _ in range(kills):
            time.sleep(rig.rng.uniform(0.02, 0.5))
            victim = rig.rng.choice(each)
            victim.kill()
            victim.start(wait=False)
            rig.findings.faults += 1
        rig.until_counting(COUNTING_AGAIN)
        each[1].pause()
        time.sleep(frozen)
        rig.until_counting(COUNTING_AGAIN)
        each[1].resume()
        rig.findings.faults += 1


def several_killed_at_points(
    rig: Rig, runs: int, rate: float, places: Sequence[str] = ANALYTICS_POINTS
) -> None:
    """
    Row 62: each of these places kills one of three, so many times.

    Each waits at a place of its own. Who comes to it dies and starts again for another place, that
    which killed the fewest: only one of them folds, and nobody can say which.
    """
    with _three(rig, rate) as each:
        usual = rig.analytics.command[1]
        deaths = Counter(dict.fromkeys(places, 0))
        for part in each:
            part.kill()
            can_be_killed(part)
            _wait_at(part, rig, deaths)

        def all_were_reached() -> bool:
            for part in each:
                if not part.running:
                    deaths[part.environment["FAULT_POINT"].partition(":")[0]] += 1
                    rig.findings.check(part.exit_code == -9, f"it ended with {part.exit_code}")
                    rig.findings.faults += 1
                    _wait_at(part, rig, deaths)
            return min(deaths.values()) >= runs

        rig.until("each place has killed", all_were_reached, 60 + 10 * runs * len(places))
        for part in each:
            part.kill()
            del part.environment["FAULT_POINT"]
            part.command[1] = usual
            part.start()
        rig.until_counting(COUNTING_AGAIN)
        rig.findings.notes.append(f"{len(places)} places, at least {runs} times each")


def _wait_at(part: Part, rig: Rig, deaths: Counter[str]) -> None:
    fewest = min(deaths.values())
    place = rig.rng.choice([place for place, killed in deaths.items() if killed == fewest])
    passes = rig.rng.randint(1, 1 if place in RARE else 10)
    part.environment |= {"FAULT_POINT": f"{place}:{passes}", "SEAL_SECONDS": SEAL_SECONDS}
    part.start(wait=False)


def come_and_go(rig: Rig, changes: int, rate: float) -> None:
    """Row 65: one more of them, or one less, up to four at once; nobody is told before."""
    with counts_in_a_server(rig):
        url = rig.analytics.environment["STORE_URL"]
        rig.start()
        rig.load(rate)
        rig.until_counting(20)
        others: list[Part] = []
        for _ in range(changes):
            time.sleep(rig.rng.uniform(0.1, 1))
            if len(others) < MOST_BESIDE and (not others or rig.rng.random() < MORE):
                (port,) = free_ports(1)
                others.append(beside(rig, url, port))
            else:
                _stop_all(rig, [others.pop(rig.rng.randrange(len(others)))])
            rig.until_counting(COUNTING_AGAIN)
            rig.findings.faults += 1
        rig.finish_loads()
        rig.until_quiet()
        _stop_all(rig, others)
        into_the_file(rig)


def _stop_all(rig: Rig, parts: Sequence[Part]) -> None:
    for part in parts:
        part.wait_ready()
        rig.findings.check(part.stop() == 0, f"{part.name} did not stop cleanly")


def beside(rig: Rig, url: str, port: int) -> Part:
    part = rig.new_analytics(f"analytics-{port}", STORE_URL=url, REPORTE_PORT=port)
    part.start()
    return part
