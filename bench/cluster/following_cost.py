"""What it costs one of the analytics to follow what another one counts into the same PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from counting_parts import ANALYTICS, InPostgres
from latency import publisher

from process_cost import cpu_us, family
from tests.broker_stack import VirtualHost
from tests.foreign_publisher import read, wait_for
from tests.port_ranges import free_ports
from tests.stack import Part, python_part
from tests.topology_job import declare_topology

RATE = 100  # messages/s, each a commit
CLIENTS = 200


class Following(NamedTuple):
    """*idle* and *following* are in cores."""

    commits_per_second: float
    idle: float
    following: float


def following_cost(
    vhost: VirtualHost, store: InPostgres, folder: Path, seconds: float
) -> Following:
    """Of one that finds no broker, so that all it does is to follow; first without any commit."""
    declare_topology(vhost)
    ports = free_ports(3)
    told = vhost.settings | store.settings
    counting = python_part("counting", ANALYTICS, told | {"REPORTE_PORT": str(ports[0])}, folder)
    alone = {"REPORTE_PORT": str(ports[1]), "RABBITMQ_PORT": str(ports[2])}
    follower = python_part("following", ANALYTICS, told | alone, folder)
    counts, follows = (f"http://127.0.0.1:{port}/reporte" for port in ports[:2])
    try:
        counting.start()
        follower.start(wait=False)
        wait_for(follows, lambda report: "version" in report, 60)
        idle = _used(follower, lambda: time.sleep(seconds))
        before, began = read(counts)["version"], time.monotonic()
        following = _used(follower, lambda: asyncio.run(_publish(vhost, seconds)))
        took = time.monotonic() - began
        last = read(counts)["version"]
        wait_for(follows, lambda report: report["version"] >= last, 30)
        return Following((last - before) / took, idle, following)
    finally:
        counting.kill()
        follower.kill()


async def _publish(vhost: VirtualHost, seconds: float) -> None:
    """One message after the other, at a steady pace."""
    connection, publish = await publisher(vhost)
    async with connection, asyncio.TaskGroup() as group:
        began = time.monotonic()
        for turn in range(int(RATE * seconds)):
            await asyncio.sleep(max(0.0, began + turn / RATE - time.monotonic()))
            group.create_task(publish(f"cliente_{turn % CLIENTS}"))


def _used(part: Part, run: Callable[[], object]) -> float:
    """Cores, while *run* does."""
    pids = family(part.pid)
    before, began = cpu_us(pids), time.monotonic()
    run()
    return (cpu_us(pids) - before) / 1e6 / (time.monotonic() - began)
