"""
Everything that strangers may do, at once, while events are counted: what became of it.

    PYTHONPATH=local:.:sender:servicio-analiticas .venv/bin/python tests/faults/all_at_once.py

For 60 s (SECONDS): 2,000 long polls, 200 clients that ask for a year of history by day, a
different question each time, half of them through the panel, 1,000 sockets that never read, and
1,000 events a second. All but the events go through the proxy. With APART=1 the crowd has a core
for itself, as if it were on another machine, and all else another one. Exit codes: 0 when what the
last lines state held, else 1.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from publishing.broker_link import Broker
from publishing.event_queue import Limits
from publishing.publisher import Publisher
from tests.chain_stack import Chain, private_chain
from tests.ending import end_in_order
from tests.faults.paced_load import PacedLoad, percentiles
from tests.faults.panel_part import Viewer
from tests.faults.probes import peak_mb
from tests.faults.processor_use import UseOf
from tests.stack import Part, python_part

SECONDS = float(os.environ.get("SECONDS", "60"))
APART = os.environ.get("APART") == "1"
OURS, THEIRS = 0, 1  # cores
RATE = 1000
POLLS, ASKERS, DEAF = 2000, 200, 1000
MOST_DELAY, MOST_STANDSTILL, MOST_LOG, BACK_WITHIN = 0.25, 2.0, 1_000_000, 5.0
DAY = 86_400


def crowds(chain: Chain, folder: Path) -> list[Part]:
    yesterday = datetime.datetime.fromtimestamp(time.time() - DAY, datetime.UTC).date()
    dear = f"ventana=360d&paso=1d&por=cliente,evento&limite=100&hasta={yesterday}T00:00:00"
    web = chain.routes.web_port
    parts = [
        python_part(f"crowd-{n}", f"tests/faults/crowd.py {web} {words}", {}, folder)
        for n, words in enumerate(
            (
                f"/reporte {POLLS} polls",
                f"/reporte/historia?{dear}.{{n:06d}}Z {ASKERS // 2} asks",
                f"/panel/historia?{dear}.{{n:06d}}Z {ASKERS // 2} asks",
                f"/reporte?limite=1000 {DEAF} deaf",
            )
        )
    ]
    for part in parts if APART else ():
        part.command = ["taskset", "-c", str(THEIRS), *part.command]
    return parts


async def fill(publisher: Publisher) -> None:
    """Two months of 1,800 pairs, so that a question about them costs something."""
    now = time.time()
    for client in range(60):
        events = [
            {"cliente": f"c{client}", "evento": f"t{kind}", "timestamp": now - day * 3 * DAY}
            for kind in range(30)
            for day in range(20)
        ]
        await publisher.publish(None, json.dumps(events).encode())


class Screen(Viewer):
    """Notes how long it was shown nothing new, and whether it was told of an absence."""

    def __init__(self) -> None:
        super().__init__()
        self.moved, self.longest, self.away = time.monotonic(), 0.0, False
        self.delay: dict[str, float] = {}  # as the page shows it: of the last 60 s

    def see(self, message: Mapping[str, Any]) -> None:
        super().see(message)
        self.away |= message.get("analiticas") == "caida"
        self.delay = message.get("retraso") or self.delay
        if message["tipo"] != "latido":
            now = time.monotonic()
            self.moved, self.longest = now, max(self.longest, now - self.moved)


async def back(chain: Chain) -> float:
    """How long until report, history and page answer a stranger within a second again."""
    start = time.monotonic()
    urls = [
        chain.report_url,
        f"{chain.report_url}/historia",
        f"{chain.web_url}historia",
        chain.web_url,
    ]
    async with httpx.AsyncClient(trust_env=False, timeout=1) as client:
        while True:
            try:
                if all([(await client.get(url)).status_code == 200 for url in urls]):
                    return time.monotonic() - start
            except httpx.HTTPError:
                pass
            if time.monotonic() - start > 60:
                return float("inf")


async def run(chain: Chain, folder: Path) -> int:
    env = chain.amqp_settings
    broker = Broker(
        env["RABBITMQ_HOST"],
        int(env["RABBITMQ_PORT"]),
        env["RABBITMQ_USER"],
        env["RABBITMQ_PASSWORD"],
        env["RABBITMQ_VHOST"],
        "all at once",
    )
    publisher, screen = Publisher(broker, Limits()), Screen()
    async with asyncio.TaskGroup() as group:
        delivery = group.create_task(publisher.run())
        await fill(publisher)
        await publisher.drain(30)
        socket = await connect(chain.ws_url, compression=None, proxy=None, ping_interval=None)
        watching = group.create_task(screen.watch(socket))
        parts = crowds(chain, folder)
        load = PacedLoad(publisher, RATE)
        counting = group.create_task(load.run(SECONDS + 10))
        await asyncio.sleep(10)  # the screen moves before they come
        say(f"load average {os.getloadavg()[0]:.1f}; before they come: {screen.delay}")
        screen.longest = 0.0
        await asyncio.gather(*(asyncio.to_thread(part.start) for part in parts))
        use = UseOf(pids(chain, parts))
        await counting
        used = use.lines()
        await asyncio.gather(*(asyncio.to_thread(part.stop) for part in parts))
        took = await back(chain)
        await publisher.drain(30)
        await socket.close()
        await watching
        delivery.cancel()
    for line in used:
        say(line)
    say(f"load: late {percentiles(load.late)}; confirmed after {percentiles(load.confirmed)}")
    return tell(chain, parts, screen, took)


def pids(chain: Chain, crowd: list[Part]) -> dict[str, int]:
    parts = {part.name: part.pid for part in (*chain.parts.values(), *crowd)}
    return {**parts, "rabbitmq": chain.vhost.broker.vm.pid, "load and screen": os.getpid()}


def tell(chain: Chain, parts: list[Part], screen: Screen, took: float) -> int:
    delay = screen.delay
    say(f"load average {os.getloadavg()[0]:.1f}; delay of counting, last 60 s: {delay}")
    for part in parts:
        say(f"{part.name}: {part.log.splitlines()[-1]}")
    for name, part in chain.parts.items():
        log = part.log_path.stat().st_size
        say(f"{name}: {peak_mb(part.pid):.0f} MB at the most, {log} bytes of log")
    logs = max(part.log_path.stat().st_size for part in chain.parts.values())
    held = {
        f"counting p99 {delay['p99'] * 1000:.0f} ms": delay["p99"] <= MOST_DELAY,
        f"the screen moved at least each {screen.longest:.2f} s": screen.longest <= MOST_STANDSTILL,
        "the page was never told of an absence": not screen.away,
        f"logs at most {logs} bytes": logs <= MOST_LOG,
        f"all of it back after {took:.1f} s": took <= BACK_WITHIN,
    }
    for sentence, good in held.items():
        say(f"{'held' if good else 'BROKEN'}: {sentence}")
    return 0 if all(held.values()) else 1


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="pulso-all-at-once-"))
    say(f"logs and store: {folder}")
    end_in_order("all_at_once.py")
    if APART:
        os.sched_setaffinity(0, {OURS})  # and all that this process starts
    with private_chain(folder) as chain:
        return asyncio.run(run(chain, folder))


if __name__ == "__main__":
    sys.exit(main())
