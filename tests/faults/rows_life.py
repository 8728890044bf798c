"""Rows 24 and 35: parts are told to stop, and start in any order."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time

import httpx

from tests.faults.panel_part import Panel, until, viewers
from tests.faults.rig import Rig
from tests.stack import HTTP, Part

STOP_SECONDS = 10.0


def stopped(rig: Rig, sockets: int, stops: int, rate: float) -> None:
    """
    Row 24: SIGTERM and SIGINT at any moment, on each Python of FAULTS_PYTHONS.

    With sockets open at the panel, with load at the analytics, and with the broker frozen.
    """
    rig.start()
    rig.load(rate)
    own = rig.analytics.command[0]
    pythons = [p for p in os.environ.get("FAULTS_PYTHONS", "").split(os.pathsep) if p] or [own]
    for python in pythons:
        for n in range(stops):
            _stop(rig, rig.analytics, signal.SIGTERM if n % 2 else signal.SIGINT)
            rig.analytics.command[0] = python
            rig.analytics.start()
            time.sleep(rig.rng.uniform(0, 0.5))
        rig.vhost.broker.pause()
        _stop(rig, rig.analytics, signal.SIGTERM)
        rig.vhost.broker.resume()
        rig.analytics.start()
    rig.finish_loads()  # a thousand viewers of every change would be a test of their program
    for python in pythons:
        panel = Panel(rig)
        panel.part.command[0] = python
        panel.part.start()
        codes = asyncio.run(_stop_watched(rig, panel, sockets))
        rig.findings.check(codes == {1012}, f"viewers were told {codes}, not 1012")
    rig.findings.notes.append(f"{len(pythons)} Python versions, {sockets} viewers each")


async def _stop_watched(rig: Rig, panel: Panel, sockets: int) -> set[int | None]:
    async with viewers(panel, sockets) as seen:
        await asyncio.to_thread(_stop, rig, panel.part, signal.SIGTERM)
        await until(lambda: all(viewer.close_code for viewer in seen), 10)
        return {viewer.close_code for viewer in seen}


def _stop(rig: Rig, part: Part, signum: signal.Signals) -> None:
    start = time.monotonic()
    os.kill(part.pid, signum)
    code = part.wait(30)
    took = time.monotonic() - start
    rig.findings.faults += 1
    rig.findings.check(
        code == 0 and took <= STOP_SECONDS,
        f"{part.name} ended with {code} after {took:.1f} s of {signum.name}: {part.log[-300:]}",
    )


def any_order(rig: Rig, orders: int) -> None:
    """Row 35: broker, analytics and panel started in every order become healthy by themselves."""
    rig.start(settle=True)
    rig.load(100)
    panel, broker = Panel(rig), rig.vhost.broker
    parts = {"broker": broker.vm, "analytics": rig.analytics, "panel": panel.part}
    chosen = list(itertools.permutations(parts))
    rig.rng.shuffle(chosen)
    slowest = 0.0
    for order in chosen[:orders]:
        for part in parts.values():
            part.kill()
        start = time.monotonic()
        for name in order:
            parts[name].start(wait=False)
            time.sleep(rig.rng.uniform(0, 1))
        rig.until(f"{order} is healthy", lambda: _healthy(rig, panel), 60)
        slowest = max(slowest, time.monotonic() - start)
        alive = [name for name, part in parts.items() if part.running]
        rig.findings.check(len(alive) == 3, f"{order}: only {alive} survived the start")
        rig.findings.faults += 1
    rig.findings.notes.append(
        f"{rig.findings.faults} orders, healthy after {slowest:.1f} s at most"
    )


def _healthy(rig: Rig, panel: Panel) -> bool:
    try:
        page = HTTP.get(f"{panel.url}/readyz", timeout=2)
    except httpx.HTTPError:
        return False
    return page.is_success and (rig.read("/estado") or {}).get("broker") == "conectado"
