"""The analytics are away for long, and come back with another store."""

from __future__ import annotations

import asyncio
import datetime
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from tests.chain_stack import Chain
from tests.foreign_publisher import read
from tests.push.audience import Audience, show, until
from tests.push.conftest import Scale
from tests.push.flow import flow_into
from tests.push.raw_viewer import Connection, Way
from tests.stack import ROOT

VIEWERS = 200  # each way
TOLD_WITHIN = NEW_EPOCA_WITHIN = 3  # seconds
AWAY_SECONDS = float(os.environ.get("AWAY_SECONDS", "0"))  # longer than either scale: 600, say


def age(latido: Mapping[str, Any]) -> float:
    """Seconds since the analytics last answered, as a viewer works it out."""
    at, now = (datetime.datetime.fromisoformat(latido[key]) for key in ("datos_de", "ahora"))
    return (now - at).total_seconds()


def start_counting_anew(chain: Chain) -> None:
    """What an operator does."""
    subprocess.run(
        [sys.executable, str(ROOT / "servicio-analiticas" / "almacen.py"), "reiniciar"],
        env={**os.environ, "STORE_PATH": str(chain.store_path)},
        check=True,
        capture_output=True,
    )


async def test_old_numbers_stay_with_their_age_and_a_new_epoca_replaces_them(
    chain: Chain, direct: Way, proxied: Way, scale: Scale, note: Callable[[str], None]
) -> None:
    """Viewers, fallback and page go on meanwhile; then everyone gets the new store's snapshot."""
    analytics = chain.parts["servicio-analiticas"]
    clock = asyncio.get_running_loop().time
    async with (
        flow_into(chain) as flow,
        Audience(direct) as some,
        Audience(proxied) as others,
    ):
        viewers: list[Connection] = [*await some.enter(VIEWERS), *await others.enter(VIEWERS)]
        for _ in range(20):
            await flow.publish()
        old = await flow.counted()
        await until(lambda: show(viewers, old), 2, "everyone shows the report")

        def says(analiticas: str) -> bool:
            return all(v.model.heartbeat.get("analiticas") == analiticas for v in viewers)

        await until(lambda: says("en_linea"), 10, "everyone is told that all is well")
        await asyncio.to_thread(analytics.kill)
        killed = clock()
        told = await until(lambda: says("caida"), TOLD_WITHIN, "everyone is told of the outage")
        await asyncio.sleep((AWAY_SECONDS or scale.away_seconds) - told)
        state = await asyncio.to_thread(read, f"{chain.web_url}estado.json")
        page = await asyncio.to_thread(httpx.get, chain.web_url, trust_env=False)
        away, age_told = clock() - killed, age(state["latido"])

        await asyncio.to_thread(start_counting_anew, chain)
        await asyncio.to_thread(analytics.start)
        new = await asyncio.to_thread(read, chain.report_url)
        took = await until(lambda: show(viewers, new), NEW_EPOCA_WITHIN, "the new snapshot")
        await until(lambda: says("en_linea"), 2, "everyone is told that all is well")

    note(
        f"{len(viewers)} viewers told after {told:.1f} s that the analytics are away; "
        f"their age {age_told:.1f} s after {away:.1f} s; a new epoca shown {took:.2f} s after start"
    )
    assert page.status_code == 200
    assert state["instantanea"] == {"tipo": "instantanea", **old}
    assert state["latido"]["analiticas"] == "caida"
    assert abs(age_told - away) < TOLD_WITHIN
    assert (new["total"], new["epoca"] != old["epoca"]) == (0, True)
    assert {viewer.model.seen["instantanea"] for viewer in viewers} == {2}
