"""What it costs one of the analytics to follow what another one counts into the same PostgreSQL."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

import httpx
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
NO_BROKER = "no connection to the broker"  # it serves what others count by then
SINGLE = 50  # events, one after the other
SETTLED = 0.1  # seconds in which both waits have begun


class Following(NamedTuple):
    """*idle* and *following* are in cores, *later* in seconds."""

    commits_per_second: float
    idle: float
    following: float
    later: float


def following_cost(
    vhost: VirtualHost, store: InPostgres, folder: Path, seconds: float
) -> Following:
    """Of one that finds no broker, so that all it does is to follow; first without any commit."""
    declare_topology(vhost)
    ports = free_ports(3)
    told = vhost.settings | store.settings
    counting = python_part("counting", ANALYTICS, told | {"REPORTE_PORT": str(ports[0])}, folder)
    alone = {"REPORTE_PORT": str(ports[1]), "RABBITMQ_PORT": str(ports[2])}
    follower = python_part("following", ANALYTICS, told | alone, folder, NO_BROKER)
    counts, follows = (f"http://127.0.0.1:{port}/reporte" for port in ports[:2])
    try:
        counting.start()
        follower.start()
        wait_for(follows, lambda report: report["version"] >= 0, 30)
        idle = _used(follower, lambda: time.sleep(seconds))
        before, began = read(counts)["version"], time.monotonic()
        following = _used(follower, lambda: asyncio.run(_publish(vhost, seconds)))
        took = time.monotonic() - began
        last = read(counts)["version"]
        wait_for(follows, lambda report: report["version"] >= last, 30)
        later = statistics.median(asyncio.run(_heard_later(vhost, (counts, follows))))
        return Following((last - before) / took, idle, following, later)
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


async def _heard_later(vhost: VirtualHost, urls: tuple[str, str]) -> list[float]:
    """Of single events, how much later than by who counted it a wait was ended by who follows."""
    connection, publish = await publisher(vhost)
    found = []
    async with connection, httpx.AsyncClient(trust_env=False, timeout=30) as client:
        for turn in range(SINGLE):
            tag = (await client.get(urls[0])).headers["ETag"]
            waits = [asyncio.create_task(_answered(client, url, tag)) for url in urls]
            await asyncio.sleep(SETTLED)
            await publish(f"cliente_{turn % CLIENTS}")
            counted, followed = await asyncio.gather(*waits)
            found.append(followed - counted)
    return found


async def _answered(client: httpx.AsyncClient, url: str, tag: str) -> float:
    """When it has something newer."""
    while True:
        answer = await client.get(url, headers={"If-None-Match": tag, "Prefer": "wait=20"})
        if answer.status_code == HTTPStatus.OK:
            return time.perf_counter()


def _used(part: Part, run: Callable[[], object]) -> float:
    """Cores, while *run* does."""
    pids = family(part.pid)
    before, began = cpu_us(pids), time.monotonic()
    run()
    return (cpu_us(pids) - before) / 1e6 / (time.monotonic() - began)
