"""When the whole is up: what each part must answer."""

from __future__ import annotations

import asyncio
import http.client
import time
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Addresses of this machine, whatever proxy the environment names
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Probe:
    """*part* is up when *url* answers 200, with *says* in the body."""

    part: str
    url: str
    says: bytes = b""


def probes(settings: Mapping[str, str]) -> list[Probe]:
    """In the order in which the parts depend on each other: the first that fails is to blame."""
    web = f"http://127.0.0.1:{settings['WEB_PORT']}"
    reporte = f"http://127.0.0.1:{settings['REPORTE_PORT']}/reporte/estado"
    return [
        Probe("rabbitmq-service", f"http://127.0.0.1:{settings['RABBITMQ_MANAGEMENT_PORT']}/"),
        Probe("servicio-analiticas", reporte, says=b'"conectado"'),
        Probe("panel-visual", f"http://127.0.0.1:{settings['PANEL_PORT']}/readyz"),
        Probe("reverse-proxy", f"{web}/reporte"),
        Probe("reverse-proxy", f"{web}/panel/"),
        Probe("reverse-proxy", f"http://127.0.0.1:{settings['TRAEFIK_PORT']}/dashboard/"),
    ]


async def first_unready(
    wanted: Iterable[Probe], seconds: float, stop: asyncio.Event
) -> Probe | None:
    """Wait until all are up; return the one that is not after *seconds* or at *stop*."""
    end = time.monotonic() + seconds
    for probe in wanted:
        while not await asyncio.to_thread(answers, probe):
            if stop.is_set() or time.monotonic() > end:
                return probe
            await asyncio.sleep(0.1)
    return None


def answers(probe: Probe) -> bool:
    try:
        with OPENER.open(probe.url, timeout=2) as answer:
            return probe.says in answer.read()
    except (OSError, http.client.HTTPException):
        return False
