"""The figures of a run as one Markdown page."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from ingest_claims import claims, highest
from ingest_scope import Figures, Key, core, figure, ms, others, us_per_event
from peer_pair import ACK_EVERY, PREFETCH, WINDOW
from screen import DIRECT, PROXIED

PROCESSES = (
    "publisher",
    "broker",
    "servicio-analiticas",
    "panel-visual",
    "reverse-proxy",
    "measuring",
)
BUSY = 0.05  # of the machine: with more of it for others, figures are theirs too


def results(figures: Figures, command: str, store: Path) -> str:
    parts = (
        _head(command, store),
        _validity(figures),
        claims(figures),
        highest(figures),
        _latency(figures),
        _cpu(figures),
        _pairs(figures),
        _faults(figures),
    )
    return "\n".join(line for part in parts for line in (*part, ""))


def _head(command: str, store: Path) -> Iterator[str]:
    yield "# What the chain carries"
    yield ""
    yield f"Written by `{command}` on {time.strftime('%d %B %Y, %H:%M UTC', time.gmtime())}: the"
    yield "median and [range] of its rounds, in each of which the chain and the peers take turns."
    yield ""
    cores = len(os.sched_getaffinity(0))
    yield f"Machine: {cores} cores, {_cpu_model()}, Linux {platform.release()}, Python"
    yield f"{platform.python_version()}; store and broker on {_disk(store)}. Publisher, broker,"
    yield "analytics, panel, Traefik and viewer share these cores; loopback."


def _validity(figures: Figures) -> Iterator[str]:
    loads = list(figures.all())
    events = sum(each.sent.events for each in loads)
    other = max(each.cost.others for each in loads)
    yield "- Publisher and viewers are those of the load simulation (`carga/`, docs/load.md)."
    yield "- Latency runs from the millisecond in which an event was due (none is skipped, a late"
    yield "  one is published at once) to the arrival of the first push that includes it, by the"
    yield "  kernel's stamp. Every event is measured: one publisher, one queue, one consumer keep"
    yield "  the order, and the ledger is checked after each load."
    yield f"- {events:,} events, {sum(each.unseen for each in loads)} never seen by a viewer."
    yield f"- Making the bodies costs the generator {figures.making_ns:.0f} ns an event, alone on a"
    yield "  core; the rest of its process is the sender's Publisher and a ledger of its confirms."
    yield f"- Other programs took at most {other:.0%} of the machine meanwhile" + (
        "." if other <= BUSY else ": **not a quiet machine**."
    )
    syncs = figures.sync_ms
    yield (
        f"- fdatasync of 4 KB on the disk of store and broker: median {median(syncs):.2f} ms, "
        f"p99 {syncs[len(syncs) * 99 // 100]:.2f} ms."
    )
    shown = " and ".join(f"{load:.2f}" for load in figures.load_averages)
    yield f"- Load average at the start and at the end: {shown}."


def _latency(figures: Figures) -> Iterator[str]:
    yield "Milliseconds to a viewer behind Traefik:"
    yield ""
    yield (
        "| publisher | load | s | p50 | p90 | p99 | max | p99 direct | events/s confirmed |"
        " pushes/s | over 10 ms late | worst late ms |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for key in figures.loads:
        yield _row(key, [*_latency_cells(figures, key)])


def _latency_cells(figures: Figures, key: Key) -> Iterator[str]:
    yield f"{figures.loads[key][0].schedule.seconds:g}"
    for percentile in ("p50", "p90", "p99", "max"):
        yield figure(figures.column(key, lambda x, p=percentile: ms(x, PROXIED, p)))  # type: ignore[misc]
    yield figure(figures.column(key, lambda x: ms(x, DIRECT, "p99")))
    yield figure(figures.column(key, lambda x: x.rate), 0)
    yield figure(figures.column(key, lambda x: x.seen[PROXIED].pushes / x.cost.seconds))
    yield figure(figures.column(key, lambda x: x.sent.late), 0)
    yield figure(figures.column(key, lambda x: x.sent.worst_late_ms))


def _cpu(figures: Figures) -> Iterator[str]:
    yield "CPU in per cent of one core, of all threads of a process (measuring: two viewers and who"
    yield "starts them); memory at the end of the load:"
    yield ""
    columns = (*PROCESSES, "others", "µs/event", "analytics MB", "broker MB")
    yield f"| publisher | load | {' | '.join(columns)} |"
    yield f"|---|---|{'---|' * len(columns)}"
    for key in figures.loads:
        yield _row(key, [*_cpu_cells(figures, key)])


def _cpu_cells(figures: Figures, key: Key) -> Iterator[str]:
    for process in PROCESSES:
        yield figure(figures.column(key, lambda x, p=process: core(x, p)), 0)  # type: ignore[misc]
    yield figure(figures.column(key, others), 0)
    yield figure(figures.column(key, us_per_event), 2)
    yield figure(figures.column(key, lambda x: x.cost.uses["servicio-analiticas"].kb / 1000), 0)
    yield figure(figures.column(key, lambda x: x.cost.uses["broker"].kb / 1000), 0)


def _row(key: Key, cells: list[str]) -> str:
    return f"| {' | '.join((*key, *cells))} |"


def _pairs(figures: Figures) -> Iterator[str]:
    yield "Others' clients on the same queue type and arguments, one event a message, published"
    yield f"confirmed with at most {WINDOW:,} in flight, consumed with a prefetch of {PREFETCH:,}"
    yield f"and acknowledged {ACK_EVERY} at a time; nothing is counted or stored:"
    yield ""
    yield "| pair | messages/s consumed | confirmed | waiting at the end | CPU µs/message: broker |"
    yield "|---|---|---|---|---|"
    for name, pairs in figures.pairs.items():
        columns = (
            figure([pair.consumed for pair in pairs], 0),
            figure([pair.published for pair in pairs], 0),
            figure([pair.waiting for pair in pairs], 0),
            figure([pair.cpu["broker"] for pair in pairs]),
        )
        yield f"| {name} | {' | '.join(columns)} |"


def _faults(figures: Figures) -> Iterator[str]:
    if not figures.faults:
        yield "After each load `/reporte/libro` was balanced and the queue empty; after each chain"
        yield "every client's count was exact: nothing lost, nothing counted twice."
        return
    yield "**What was wrong:**"
    yield ""
    yield from (f"- {fault}" for fault in figures.faults)


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((x.partition(": ")[2] for x in lines if x.startswith("model name")), "?")


def _disk(folder: Path) -> str:
    """Return the type of the file system that *folder* is on."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    inside = [(place, kind) for place, kind in mounts if folder.is_relative_to(place)]
    return max(inside, key=lambda mount: len(mount[0]))[1]
