"""The latency that a run reports, beside a measurement that shares nothing with it."""

import asyncio
import json
import time

import websockets

from tests.carga.conftest import Against
from tests.chain_stack import Chain


async def watch(url: str, pushes: list[tuple[float, int | None]]) -> None:
    async with websockets.connect(url, compression=None) as socket:
        async for message in socket:
            pushes.append((time.monotonic(), json.loads(message).get("total")))  # noqa: PERF401 - is cancelled


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


async def test_another_viewer_measures_the_same(lasting_chain: Chain, simular: Against) -> None:
    """
    A plain WebSocket client and the schedule's arithmetic find the same latencies.

    At 400 events a second without foreign traffic the n-th event is due n / 400 s after the start,
    and on the screen with the first push whose total has risen by n.
    """
    pushes: list[tuple[float, int | None]] = []
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch(lasting_chain.ws_url, pushes))
        run = simular(lasting_chain, "--semilla", "77", "--tasa", "400", "--duracion", "5s")
        assert await asyncio.to_thread(run.wait) == 0, run.err
        watching.cancel()
    summary = run.summary
    totals = [(at, total) for at, total in pushes if total is not None]
    base, found = totals[-1][1] - 2000, []
    shown = 0
    for at, total in totals:
        while shown < total - base:
            shown += 1
            found.append(1000 * (at - summary["inicio_monotono"]) - 1000 * shown // 400)

    assert len(found) == 2000
    for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        ours, theirs = summary["metricas"][f"latencia_{name}"], percentile(found, share)
        # 10 %, and what lies between the first and the last of the run's own viewers
        margin = 0.1 * theirs + summary["metricas"]["reparto_p99"] + 3
        assert abs(ours - theirs) <= margin, (name, ours, theirs)
