"""What a unit of load costs each part. No figure is written here: each is read where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from scale_tables import number, row, rows, sentence

INGEST, PUSH = "bench/ingest/results.md", "bench/push/results.md"
CLUSTER = "bench/cluster/results.md"
FINDINGS, PACE = "bench/findings.md", "panel-visual/push/pace.py"
CPU, FRAME, VIEWER = "analytics MB", "CPU µs/frame", "KB/viewer"
COLUMNS = {"publisher": "publisher 2", "broker": "broker", "analytics": "servicio-analiticas"}
BY_OURS = "our publisher, 50 clients"
BY_C = "a C publisher, one event a message, 50 clients"
US, KB, MB = 1e-6, 1e3, 1e6
PACKED = 12  # zlib packs a batch into a twelfth, says FINDINGS


@dataclass(frozen=True)
class Line:
    """Cores at a rate: what is needed in any case, and what each unit a second adds."""

    fixed: float
    each: float
    most: float  # the largest rate that was measured

    def cores(self, rate: float) -> float:
        return self.fixed + self.each * rate


def through(one: tuple[float, float], other: tuple[float, float]) -> Line:
    """The line through two measured points: a rate, and the cores that it took."""
    each = (other[1] - one[1]) / (other[0] - one[0])
    return Line(one[1] - each * one[0], each, most=other[0])


@dataclass(frozen=True)
class Counting:
    """Of events: in batches, and one a message."""

    batched: dict[str, Line]  # by part; at events a second
    single: dict[str, Line]  # at messages of one event a second
    queue: float  # messages a second, the most that one carried
    ledger: float  # messages a second, the most that several counted into one PostgreSQL
    event: float  # bytes of JSON
    packed: float  # bytes as it travels in a batch
    analytics_memory: float  # bytes, at the largest rate in batches
    broker_memory: float


@dataclass(frozen=True)
class Watching:
    """Of viewers."""

    panel_frame: float  # seconds of a core, for one viewer
    proxy_frame: float
    panel_viewer: float  # bytes of memory
    proxy_viewer: float
    frame: float  # bytes of the frame that these were measured with
    poll: float  # cores of the analytics service, for one panel
    gap: float  # seconds between two pushes at the least
    share: float  # of a core that a panel pushes with at the most
    most: int  # viewers of a panel


def cores(publisher: str, load: str) -> dict[str, float]:
    """What each process took at a load of `make bench-ingest`."""
    said = row(INGEST, CPU, {"publisher": publisher, "load": load})
    return {part: number(said[column]) / 100 for part, column in COLUMNS.items()}


def counting() -> Counting:
    pair = row(INGEST, "messages/s consumed", {"pair": "C (librabbitmq)"})
    full = row(INGEST, CPU, {"publisher": BY_OURS, "load": "700,000/s"})
    events, written = sentence(
        FINDINGS, r"At ([\d,]+) events/s the broker wrote (\d+) MB/s of JSON"
    )
    return Counting(
        batched=lines(BY_OURS, 100_000, 700_000),
        single=lines(BY_C, 8_000, 20_000),
        queue=number(pair["messages/s consumed"]),
        ledger=max(number(each["messages/s"]) for each in rows(CLUSTER, "speed-up")),
        event=written * MB / events,
        packed=written * MB / events / PACKED,
        analytics_memory=number(full["analytics MB"]) * MB,
        broker_memory=number(full["broker MB"]) * MB,
    )


def lines(publisher: str, low: int, high: int) -> dict[str, Line]:
    few, many = (cores(publisher, f"{rate:,}/s") for rate in (low, high))
    return {part: through((low, few[part]), (high, many[part])) for part in COLUMNS}


def watching() -> Watching:
    proxied = {"viewers": "5000", "server": "hub behind Traefik"}
    frame = row(PUSH, FRAME, {"viewers": "5000", "server": "whole panel"})
    memory = row(PUSH, VIEWER, proxied)
    (busy,) = sentence(
        FINDINGS, r"messages a second keeps the analytics service at (\d+) % of a core"
    )
    polls = row(FINDINGS, "share", {"part": "reports and HTTP, others"})
    return Watching(
        panel_frame=number(frame[FRAME]) * US,
        proxy_frame=number(row(PUSH, FRAME, {**proxied, "frame": "350 B"})["proxy µs"]) * US,
        panel_viewer=number(memory[VIEWER]) * KB,
        proxy_viewer=number(memory["proxy KB/viewer"]) * KB,
        frame=sentence(PUSH, r"5000 viewers, (\d+) B, 10 pushes a second")[0],
        poll=busy / 100 * number(polls["share"]) / 100,
        gap=sentence(PACE, r"GAP = ([\d.]+)")[0],
        share=sentence(PACE, r"SHARE = ([\d.]+)")[0],
        most=int(sentence("docs/websocket.md", r"1013 \| full: ([\d,]+) viewers")[0]),
    )
