"""The figures of all rounds as one Markdown page."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from push_run import STALLED, Cost, Result
from push_targets import stalled_ratio, targets
from receivers import LATE_US, Punctuality
from rounds import Round, column, figure, keys, ratios

BUSY = 0.7  # of its core: a receiver that takes more measures itself


def results(rounds: Sequence[Round], punctuality: Punctuality) -> str:
    parts = (_head, _validity, _frames, _connecting, _stalled, targets)
    lines = [line for part in parts for line in (*part(rounds, punctuality), "")]
    return "\n".join(lines)


def _head(rounds: Sequence[Round], _: Punctuality) -> Iterator[str]:
    yield "# What pushing costs"
    yield ""
    yield f"Written by `make bench-push`: {len(rounds)} interleaved rounds, the median and [range];"
    yield "ratios (÷) are taken within a round. Server on core 0, receiver on core 1, loopback."
    yield ""
    yield f"Machine: {_machine()}."


def _validity(rounds: Sequence[Round], punctuality: Punctuality) -> Iterator[str]:
    costs = [c for each in rounds for result in each.values() for c in result.costs.values()]
    share = max(c.receiver_share for c in costs)
    worst = max(punctuality.late, default=0) / 1000
    yield (
        f"- {punctuality.pushes} pushes at 10/s from a fixed clock, no slot skipped. "
        f"{len(punctuality.late)} began more than {LATE_US // 1000} ms late (worst {worst:.0f} "
        "ms); latency counts from when they were due."
    )
    yield (
        f"- The receiver took {statistics.median(c.receiver for c in costs):.1f} µs a frame, at "
        f"most {share:.0%} of its core{'' if share <= BUSY else ': TOO MUCH, IT MEASURES ITSELF'}."
    )
    frames = sum(c.frames for c in costs)
    yield f"- {frames:,} frames measured, {_missing(rounds)} missing. (The whole panel pushes only"
    yield "  the newest report, so it may leave one out when it is late.)"
    yield "- CPU is user and system time of all the server's processes; the core's also holds"
    yield "  interrupts and whatever else ran there. The hub's includes its ping to each viewer"
    yield "  every 5 s and reading the pongs; the others send none."


def _missing(rounds: Sequence[Round]) -> int:
    return sum(
        cost.missing
        for each in rounds
        for (name, _), result in each.items()
        for cost in result.costs.values()
        if name != "whole panel"
    )


def _frames(rounds: Sequence[Round], _: Punctuality) -> Iterator[str]:
    yield (
        "| viewers | frame | server | CPU µs/frame | ÷ floor | ÷ nchan | core µs | proxy µs |"
        " p50 ms | p99 ms | p99 ÷ nchan | max ms |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for name, size in keys(rounds):
        for kind in _kinds(rounds, (name, size)):
            yield _frame_row(rounds, name, size, kind)


def _kinds(rounds: Sequence[Round], key: tuple[str, int]) -> list[str]:
    return [kind for kind in next(r[key] for r in rounds if key in r).costs if kind != STALLED]


def _frame_row(rounds: Sequence[Round], name: str, size: int, kind: str) -> str:
    def cell(get: Callable[[Cost], float], digits: int = 1) -> str:
        return figure(column(rounds, (name, size), of(get)), digits)

    def of(get: Callable[[Cost], float]) -> Callable[[Result], float]:
        return lambda result: get(result.costs[kind])

    def against(other: str, get: Callable[[Cost], float]) -> str:
        if kind not in next(iter(rounds))[other, size].costs or name == other:
            return "–"
        return figure(ratios(rounds, (name, size), (other, size), of(get)), 2)

    cells = (
        f"{size}",
        kind,
        name,
        cell(lambda c: c.cpu, 2),
        against("C floor", lambda c: c.cpu),
        against("nchan", lambda c: c.cpu),
        cell(lambda c: c.core),
        cell(lambda c: c.proxy) if name == "hub behind Traefik" else "–",
        cell(lambda c: c.p50 / 1000),
        cell(lambda c: c.p99 / 1000),
        against("nchan", lambda c: c.p99),
        cell(lambda c: c.worst / 1000),
    )
    return f"| {' | '.join(cells)} |"


def _connecting(rounds: Sequence[Round], _: Punctuality) -> Iterator[str]:
    yield "All viewers connect at once, while pushing goes on. Memory: how much more is resident,"
    yield "by viewer, without the kernel's socket buffers."
    yield ""
    yield "| viewers | server | all in after s | viewers/s | KB/viewer | proxy KB/viewer |"
    yield "|---|---|---|---|---|---|"
    for key in keys(rounds):
        seconds = column(rounds, key, lambda r: r.connect_seconds)
        rate = key[1] / statistics.median(seconds)
        memory = figure(column(rounds, key, lambda r: r.kb_per_viewer), 1)
        proxy = column(rounds, key, lambda r: r.proxy_kb_per_viewer)
        shown = figure(proxy, 0) if any(proxy) else "–"
        yield f"| {key[1]} | {key[0]} | {figure(seconds, 2)} | {rate:,.0f} | {memory} | {shown} |"


def _stalled(rounds: Sequence[Round], _: Punctuality) -> Iterator[str]:
    yield "The same viewers and 1 % more that never read, against the same process a moment before:"
    yield ""
    yield "| viewers | server | others' p99 ms | ÷ without | server grown by KB | viewers skipped |"
    yield "|---|---|---|---|---|---|"
    for key in keys(rounds):
        if not all(STALLED in r[key].costs for r in rounds if key in r):
            continue
        p99 = figure(column(rounds, key, lambda r: r.costs[STALLED].p99 / 1000), 1)
        ratio = figure(column(rounds, key, stalled_ratio), 2)
        grown = figure(column(rounds, key, lambda r: r.grown_kb), 0)
        skipped = column(rounds, key, lambda r: r.skipped)
        shown = figure(skipped, 0) if any(skipped) else "–"
        yield f"| {key[1]} | {key[0]} | {p99} | {ratio} | {grown} | {shown} |"


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((x.partition(": ")[2] for x in lines if x.startswith("model name")), "?")
    said = subprocess.run(["/usr/sbin/nginx", "-v"], capture_output=True, text=True, check=True)
    nginx = said.stderr.rpartition("/")[2].strip()
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {model}, Linux {platform.release()}, Python "
        f"{platform.python_version()}, nginx {nginx}, load average {load:.1f} at the end"
    )
