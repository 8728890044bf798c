"""What a run says while it goes on: a live table on a terminal, else a line every 5 s."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from carga.run.course import LoadRun
from carga.settings import LoadSettings

REFRESH_SECONDS = 0.25
LINE_SECONDS = 5.0
Latencies = dict[str, float | None]


@asynccontextmanager
async def shown_progress(run: LoadRun, settings: LoadSettings, quiet: bool) -> AsyncIterator[None]:
    """Show how the run is getting on, on stderr, as long as the context lasts."""
    if quiet:
        yield
        return
    terminal = sys.stderr.isatty() and settings.term != "dumb"
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_live(run, bool(settings.no_color)) if terminal else _lines(run))
        yield
        task.cancel()


async def _lines(run: LoadRun) -> None:
    while True:
        await asyncio.sleep(LINE_SECONDS)
        print(status_line(run), file=sys.stderr, flush=True)  # noqa: T201


async def _live(run: LoadRun, no_color: bool) -> None:
    console = Console(stderr=True, no_color=no_color)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            live.update(_table(run), refresh=True)
            await asyncio.sleep(REFRESH_SECONDS)


def status_line(run: LoadRun) -> str:
    """All that matters of a run in one line."""
    numbers, second = run.numbers, run.clock.seconds()
    parts = [
        f"{max(second, 0):.0f} s: {run.phase}",
        f"{numbers.confirmed:,} confirmed of {numbers.handed:,}",
        f"{rate(run):,.0f}/s",
        f"viewer {_brief(numbers.latency.latest(int(second)))}",
        f"confirm {_brief(numbers.confirms.latest(int(second)))}",
        f"queue {_count(numbers.queue)}" if numbers.answers else "analytics away",
        f"viewers {numbers.connected:,}/{run.options.viewers:,}",
    ]
    return ", ".join(parts)


def rate(run: LoadRun) -> float:
    """Confirmed events per second, in the last whole step."""
    numbers = run.numbers
    step = int(run.clock.seconds()) // numbers.step_seconds - 1
    found = numbers.steps.get(step)
    return found.confirmed / numbers.step_seconds if found else 0.0


def target(run: LoadRun) -> float:
    """Events per second that were due meanwhile."""
    start = int(run.clock.seconds()) - 1
    due = run.numbers.schedule.due_before
    return float(due(start * 1000 + 1000) - due(start * 1000))


def _table(run: LoadRun) -> Group:
    numbers, options = run.numbers, run.options
    second = max(run.clock.seconds(), 0.0)
    left = max(options.seconds - second, 0.0)
    table = Table.grid(padding=(0, 3))
    for _ in range(4):
        table.add_column(no_wrap=True)
    table.add_row("sent", f"{numbers.handed:,}", "rate", f"{rate(run):,.0f}/s")
    table.add_row("confirmed", f"{numbers.confirmed:,}", "target", f"{target(run):,.0f}/s")
    table.add_row("in flight", f"{numbers.unconfirmed:,}", "late", f"{numbers.latecomers:,}")
    queue = _count(numbers.queue) if numbers.answers else Text("analytics away", "red")
    viewers = f"{numbers.connected:,} of {options.viewers:,}"
    table.add_row("shown", f"{numbers.shown:,}", "queue", queue)
    table.add_row("viewers", viewers, "time left", f"{left:.0f} s")
    latencies = Table.grid(padding=(0, 3))
    for name in ("", "p50", "p95", "p99"):
        latencies.add_column(name, justify="right" if name else "left", min_width=9)
    latencies.add_row("ms", "p50", "p95", "p99", style="dim")
    for label, record in (("to confirm", numbers.confirms), ("to viewer", numbers.latency)):
        found = record.latest(int(second))
        latencies.add_row(label, *(_ms(found[p]) for p in ("p50", "p95", "p99")))
    bar = ProgressBar(total=options.seconds, completed=min(second, options.seconds), width=40)
    header = Table.grid(padding=(0, 3))
    header.add_row(bar, Text(run.phase, "bold"))
    return Group(header, table, latencies)


def _brief(found: Latencies) -> str:
    return f"p50 {_ms(found['p50'])} p99 {_ms(found['p99'])} ms"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _count(value: int | None) -> str:
    return "unknown" if value is None else f"{value:,}"
