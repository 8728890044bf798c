"""What the alert service costs with many clients, when every kind of rule looks at each of them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import NamedTuple

import httpx
from million_clients import resident_mb

from tests.avisos.receivers import web_receiver
from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import publish
from tests.port_ranges import free_ports

MOST_CPU_S, MOST_MB, MOST_REQUESTS = 1.0, 150.0, 4.0
SLICE = 1000
RULES = """
canales: [{nombre: guard}]
reglas:
  - {tipo: silencio, canales: [guard]}
  - {nombre: calla, tipo: silencio, tras: 10m}
  - {tipo: umbral, cliente: "*", encima: 1000000, ventana: 5m}
  - {tipo: banda, cliente: "*"}
  - {tipo: rechazados, encima: 10}
  - {tipo: datos}
  - {tipo: pausa}
  - {tipo: cola, encima: 1000000}
"""


class Meter(NamedTuple):
    """What the service has used since its start."""

    at: float
    cpu: float
    rounds: float
    requests: float
    judging: float


def read_meter(url: str) -> Meter:
    text = httpx.get(url, trust_env=False).text
    values = {
        name: float(value)
        for line in text.splitlines()
        if line and not line.startswith("#")
        for name, _, value in (line.partition(" "),)
    }
    return Meter(
        time.monotonic(),
        values["process_cpu_seconds_total"],
        values["pulso_alerts_rounds_total"],
        values["pulso_alerts_requests_total"],
        values["pulso_alerts_judging_seconds"],
    )


async def publish_all(vhost: VirtualHost, clients: int) -> None:
    for start in range(0, clients, SLICE):
        names = range(start, min(start + SLICE, clients))
        await publish(vhost, [{"cliente": f"cliente_{n}"} for n in names])


async def measure_size(
    vhost: VirtualHost, folder: Path, clients: int, seconds: float
) -> list[tuple[str, float, float]]:
    chain = Chain(vhost, folder)
    with web_receiver() as receiver:
        service = chain.add_alerts(RULES, f"guard: {receiver.address}")
        (port,) = free_ports(1)
        service.environment["METRICS_PORT"] = str(port)
        meter_url = f"http://127.0.0.1:{port}/metrics"
        analytics = chain.parts["servicio-analiticas"]
        try:
            analytics.start()
            await publish_all(vhost, clients)
            service.start()
            while read_meter(meter_url).rounds < 3:  # noqa: ASYNC110 - it is elsewhere
                await asyncio.sleep(0.5)
            before, judged = read_meter(meter_url), [0.0]
            while time.monotonic() < before.at + seconds:
                await publish_all(vhost, clients)
                await asyncio.sleep(1)
                judged.append(read_meter(meter_url).judging)
            after = read_meter(meter_url)
            memory = resident_mb(service.pid, "VmHWM")
        finally:
            service.kill()
            analytics.kill()
    rounds, passed = after.rounds - before.rounds, after.at - before.at
    print(f"{clients:,} clients, {rounds:.0f} rounds in {passed:.0f} s")
    return [
        ("processor time of a round, s", (after.cpu - before.cpu) / rounds, MOST_CPU_S),
        ("of that, judging, at most, s", max(judged), MOST_CPU_S),
        ("memory, at most, MB", memory, MOST_MB),
        ("requests a second", (after.requests - before.requests) / passed, MOST_REQUESTS),
    ]
