"""
`make bench-alerts`: what the alert service costs, how soon it tells, and what kills do to it.

    size      10,000 clients send now and then, and every kind of rule looks at each
    delays    each kind of rule fires and is over, from its cause to the receiver
    usual     the same for a client's own rhythm and for the usual band, beside weeks of history
    weeks     six simulated weeks of many clients: false alarms, and how soon a silence is found
    kills     fifty alerts fire and end while the service is killed a thousand times

T='kills --kills 20 --seed 7' measures one of them. Starts a broker and services of its own; kills
and weeks need no broker. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latency import machine

import alert_delays
import alert_weeks
from alert_cost import measure_size
from tests.avisos.kill_storm import GROUPS, KillStorm, Outcome
from tests.broker_stack import Broker, VirtualHost
from tests.fed_analytics import FedAnalytics


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="all of them without one")
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--crowd", type=int, default=60)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for name in given.parts:
        if name not in MEASURED:
            parser.error(f"{name!r} is no part: {', '.join(MEASURED)}")
    return given


@contextmanager
def virtual_host(folder: Path) -> Iterator[VirtualHost]:
    with Broker(folder).at_work() as broker, broker.virtual_host() as vhost:
        yield vhost


def size(given: argparse.Namespace, folder: Path) -> bool:
    with virtual_host(folder) as vhost:
        found = asyncio.run(measure_size(vhost, folder, given.clients, given.seconds))
    for what, value, most in found:
        print(f"{what:40} {value:8,.2f}   target {most:6,.0f}   {value <= most}")
    return all(value <= most for _, value, most in found)


def delays(given: argparse.Namespace, folder: Path) -> bool:
    with virtual_host(folder) as vhost:
        found = asyncio.run(alert_delays.measure_delays(vhost, folder, given.turns))
    return alert_delays.report(found)


def usual(_: argparse.Namespace, folder: Path) -> bool:
    with virtual_host(folder) as vhost:
        return alert_delays.report(asyncio.run(alert_delays.measure_usual(vhost, folder)))


def weeks(given: argparse.Namespace, _: Path) -> bool:
    return alert_weeks.report(given.seed, given.crowd)


def kills(given: argparse.Namespace, folder: Path) -> bool:
    outcome = asyncio.run(_storm(given.kills, given.seed, folder))
    print(
        f"{outcome.kills} kills, {outcome.turns} times fifty alerts, {outcome.messages} messages:"
        f" {len(outcome.missed)} missed, {len(outcome.twice)} told twice,"
        f" {outcome.repeats} messages that said that they may be a repeat"
    )
    few = outcome.repeats <= outcome.kills * GROUPS
    return few and not outcome.missed and not outcome.twice


async def _storm(times: int, seed: int, folder: Path) -> Outcome:
    async with FedAnalytics(folder).at_work() as analytics:
        return await KillStorm(analytics.port, analytics.count, folder, seed).run(times)


MEASURED = {"size": size, "delays": delays, "usual": usual, "weeks": weeks, "kills": kills}


def main() -> int:
    given = parse()
    print(machine())
    right = True
    for name in given.parts or MEASURED:
        print(f"\n{name}")
        with tempfile.TemporaryDirectory(prefix="pulso-bench-") as folder:
            right &= MEASURED[name](given, Path(folder))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
