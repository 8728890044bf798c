"""
`make bench-clients`: a million distinct clients through the whole chain, one event each.

Prints what the analytics hold of it: memory, the time of `GET /reporte` right after a change,
the size of a viewer's snapshot, and how long after a restart the first report comes. Starts a
broker, the analytics, the panel and Traefik of its own. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
import websockets
from latency import machine

from publishing.broker_link import Broker as Address
from publishing.publisher import Publisher
from tests.chain_stack import Chain, private_chain
from tests.ending import end_in_order

MOST_MB, MOST_REPORT_MS, MOST_RESTART_S, MOST_FRAME = 300.0, 20.0, 3.0, 64 * 1024
SLICE = 1000
REPORTS = 50


async def publish_distinct(publisher: Publisher, clients: int) -> None:
    for start in range(0, clients, SLICE):
        end = min(start + SLICE, clients)
        names = range(start, end)
        await publisher.publish_many(None, [b'{"cliente":"cliente_%d"}' % n for n in names])


async def counted(http: httpx.AsyncClient, url: str, total: int) -> None:
    while (await http.get(url)).json()["total"] < total:  # noqa: ASYNC110 - it is elsewhere
        await asyncio.sleep(0.2)


async def report_times(
    http: httpx.AsyncClient, url: str, publisher: Publisher, total: int
) -> list[float]:
    """Milliseconds of a report that nobody has asked for since the last change, one a change."""
    times = []
    for n in range(REPORTS):
        await publisher.publish(None, b'{"cliente":"uno_mas"}')
        await counted(http, f"{url}?limite=1", total + n + 1)  # another limit: another answer
        began = time.perf_counter()
        await http.get(url)
        times.append((time.perf_counter() - began) * 1e3)
    return times


async def snapshot_bytes(chain: Chain) -> int:
    async with websockets.connect(chain.ws_url, compression=None, max_size=None) as socket:
        return len(await socket.recv())


def resident_mb(pid: int, field: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(f"{field}:")[2].split()[0]) / 1024


def restart_seconds(chain: Chain) -> float:
    """From the start of the process, interpreter included, to the first report."""
    analytics = chain.parts["servicio-analiticas"]
    analytics.stop()
    began = time.perf_counter()
    analytics.start(wait=False)
    url = f"http://127.0.0.1:{chain.routes.reporte_port}/reporte"
    while True:
        try:
            httpx.get(url, trust_env=False, timeout=10).raise_for_status()
            return time.perf_counter() - began
        except httpx.HTTPError:
            time.sleep(0.01)


async def measure(chain: Chain, clients: int) -> list[tuple[str, float, float]]:
    node = chain.vhost.broker
    address = Address(node.host, node.port, node.user, node.password, chain.vhost.name, "bench")
    publisher = Publisher(address)
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks, httpx.AsyncClient(trust_env=False) as http:
        delivery = tasks.create_task(publisher.run())
        await publish_distinct(publisher, clients)
        await counted(http, chain.report_url, clients)
        print(f"{clients / (time.perf_counter() - began):,.0f} new clients a second")
        times = await report_times(http, chain.report_url, publisher, clients)
        delivery.cancel()
    pid = chain.parts["servicio-analiticas"].pid
    return [
        ("memory of the analytics, at most, MB", resident_mb(pid, "VmHWM"), MOST_MB),
        ("GET /reporte through Traefik, median ms", statistics.median(times), MOST_REPORT_MS),
        ("a viewer's snapshot, bytes", await snapshot_bytes(chain), MOST_FRAME),
        ("restart to first report, s", restart_seconds(chain), MOST_RESTART_S),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000_000)
    clients = parser.parse_args().clients
    end_in_order("make bench-clients")
    print(machine())
    with (
        tempfile.TemporaryDirectory(prefix="pulso-bench-") as folder,
        private_chain(Path(folder)) as chain,
    ):
        found = asyncio.run(measure(chain, clients))
    for what, value, most in found:
        print(f"{what:44} {value:10,.1f}   target {most:8,.0f}   {value <= most}")
    return 0 if all(value <= most for _, value, most in found) else 1


if __name__ == "__main__":
    sys.exit(main())
