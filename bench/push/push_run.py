"""One server, measured once: connect everyone while pushing, then push each kind of frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from pinned_process import SERVER_CORE
from process_cost import core_busy_us, cpu_us, resident_kb
from push_frames import KINDS, SLOT_US, Make, first_state
from push_servers import Server
from receivers import Punctuality, Viewers, viewers

WARM_UP = 4  # pushes
SETTLED_WITHIN = 8  # times as many: then a server that is still behind is measured as it is
STALLED = "350 B, 1 % stalled"
FILL_UP = 8  # pushes until who does not read has a full socket, and a little more


@dataclass(frozen=True, slots=True)
class Plan:
    """*kinds* maps each kind of frame to how many pushes of it are measured."""

    viewers: int
    kinds: dict[str, int]
    stalled: int = 0  # pushes measured again while 1 % more viewers never read


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one kind of frame: us per delivered frame, and us of latency from the scheduled push."""

    frames: int
    missing: int
    cpu: float
    core: float  # the server's whole core, interrupts included
    proxy: float
    receiver: float
    receiver_share: float  # of its core
    p50: int
    p99: int
    worst: int


@dataclass
class Result:
    connect_seconds: float = 0.0
    kb_per_viewer: float = 0.0
    proxy_kb_per_viewer: float = 0.0
    grown_kb: int = 0  # of the server, while 1 % stalled
    skipped: int = 0  # viewers that the hub found to be behind meanwhile
    costs: dict[str, Cost] = field(default_factory=dict)


Opened = Callable[[], AbstractContextManager[Server]]


def measure_once(receiver: Path, opened: Opened, plan: Plan, punctuality: Punctuality) -> Result:
    result = Result()
    with opened() as server, viewers(receiver, server, punctuality) as crowd:
        _connect(server, crowd, plan, result)
        for kind, pushes in plan.kinds.items():
            result.costs[kind] = _cost(server, crowd, kind, pushes, plan.viewers)
        if plan.stalled:
            _stall(server, crowd, plan, result)
    return result


def _connect(server: Server, crowd: Viewers, plan: Plan, result: Result) -> None:
    first = KINDS["report"] if "report" in plan.kinds else first_state
    crowd.push(WARM_UP, first)
    before, proxy_before = resident_kb(server.pids), resident_kb(server.proxy_pids)
    answer = crowd.connect(plan.viewers, first)
    if answer["opened"] != plan.viewers:
        raise RuntimeError(f"only {answer['opened']} of {plan.viewers} viewers got in: {answer}")
    result.connect_seconds = answer["us"] / 1e6
    _settle(crowd, plan.viewers, first)
    result.kb_per_viewer = (resident_kb(server.pids) - before) / plan.viewers
    result.proxy_kb_per_viewer = (resident_kb(server.proxy_pids) - proxy_before) / plan.viewers


def _settle(crowd: Viewers, count: int, make: Make) -> None:
    """Push until the storm is over: everyone has every frame within its slot."""
    for _ in range(SETTLED_WITHIN):
        answer = crowd.measure(WARM_UP, count, make)
        if answer["frames"] == answer["wanted"] and answer["p99"] < SLOT_US:
            return


def _stall(server: Server, crowd: Viewers, plan: Plan, result: Result) -> None:
    crowd.stall(max(plan.viewers // 100, 1), KINDS["350 B"])
    crowd.push(FILL_UP, KINDS["350 B"])
    before = resident_kb(server.pids)
    result.costs[STALLED] = _cost(server, crowd, "350 B", plan.stalled, plan.viewers)
    result.grown_kb = resident_kb(server.pids) - before
    result.skipped = server.skipped()


def _cost(server: Server, crowd: Viewers, kind: str, pushes: int, count: int) -> Cost:
    def used() -> Sequence[float]:
        return cpu_us(server.pids), cpu_us(server.proxy_pids), core_busy_us(SERVER_CORE)

    before = used()
    answer = crowd.measure(pushes, count, KINDS[kind])
    cpu, proxy, core = (now - then for now, then in zip(used(), before, strict=True))
    if answer["lost"]:
        raise RuntimeError(f"{answer['lost']} viewers were cut")
    frames = max(answer["frames"], 1)
    return Cost(
        frames=answer["frames"],
        missing=answer["wanted"] - answer["frames"],
        cpu=cpu / frames,
        core=core / frames,
        proxy=proxy / frames,
        receiver=answer["cpu"] / frames,
        receiver_share=answer["cpu"] / answer["wall"],
        p50=answer["p50"],
        p99=answer["p99"],
        worst=answer["max"],
    )
