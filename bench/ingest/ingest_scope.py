"""What is measured, for how long, and where the figures of it are kept."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

from chain_load import Loaded
from event_mix import Mix
from peer_pair import Paired

FEW, FIFTY, THOUSAND = Mix(10), Mix(50), Mix(1_000)
MANY = Mix(100_000, exponent=1.1)
TOP = 500_000
BEYOND = 700_000  # where only the rate is looked at, not how soon
FOREIGN = (8_000, 16_000, 20_000)
# The last of each is the aim; from the others one sees where its time limit holds.
SLOWER = (300_000, 400_000)
RATES_OF_A_THOUSAND = (150_000, 200_000, 250_000, 300_000)
RATES_OF_MANY = (50_000, 100_000, 150_000, 200_000)


@dataclass(frozen=True, slots=True)
class Load:
    rate: int
    seconds: float
    unbatched: bool = False

    @property
    def name(self) -> str:
        return f"{self.rate:,}/s{', one event a message' if self.unbatched else ''}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Measured in every round; of *mixes* only the last load, and all of them in the last one."""

    rounds: int
    loads: tuple[Load, ...]
    foreign: tuple[Load, ...]
    mixes: tuple[tuple[Mix, tuple[Load, ...]], ...]
    peer_seconds: int


def scope(rounds: int, short: float, middle: float, top: float) -> Scope:
    lone = (Load(100, short), Load(100, short, unbatched=True))
    rates = tuple(Load(rate, short) for rate in (1_000, 10_000, 100_000))
    slower = tuple(Load(rate, middle) for rate in SLOWER)
    return Scope(
        rounds=rounds,
        loads=(*lone, *rates, *slower, Load(TOP, top), Load(BEYOND, middle)),
        foreign=tuple(Load(rate, middle) for rate in FOREIGN),
        mixes=(
            (FEW, (Load(300_000, middle),)),
            (THOUSAND, tuple(Load(rate, middle) for rate in RATES_OF_A_THOUSAND)),
            (MANY, tuple(Load(rate, middle) for rate in RATES_OF_MANY)),
        ),
        peer_seconds=round(short),
    )


FULL = scope(rounds=3, short=8, middle=15, top=60)
QUICK = scope(rounds=1, short=4, middle=6, top=15)

Key = tuple[str, str]  # who publishes what mix, and the name of the load


@dataclass
class Figures:
    """Each key's results, one a round."""

    loads: dict[Key, list[Loaded]] = field(default_factory=dict)
    pairs: dict[str, list[Paired]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    load_averages: list[float] = field(default_factory=list)
    sync_ms: list[float] = field(default_factory=list)  # in order of size
    making_ns: float = 0.0  # an event's body

    def add(self, key: Key, loaded: Loaded) -> None:
        self.loads.setdefault(key, []).append(loaded)
        self.faults += [f"{', '.join(key)}: {fault}" for fault in loaded.faults]

    def all(self) -> Iterator[Loaded]:
        for each in self.loads.values():
            yield from each

    def column(self, key: Key, get: Callable[[Loaded], float]) -> list[float]:
        return [get(loaded) for loaded in self.loads[key]]


def figure(values: list[float], digits: int = 1) -> str:
    """The median and the range: `8.2 [8.0–8.5]`."""
    middle = f"{median(values):,.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} [{min(values):,.{digits}f}–{max(values):,.{digits}f}]"


def ms(loaded: Loaded, viewer: str, percentile: str) -> float:
    """Milliseconds by one of the percentiles' names; nan when nothing was seen."""
    found = loaded.seen[viewer].ms[percentile]
    return math.nan if found is None else found


def core(loaded: Loaded, process: str) -> float:
    """Per cent of one core that *process* took."""
    return loaded.cost.uses[process].cpu_us / loaded.cost.seconds / 1e4


def us_of_counting(loaded: Loaded) -> float:
    """CPU of the analytics service, an event."""
    return loaded.cost.uses["servicio-analiticas"].cpu_us / loaded.sent.events


def others(loaded: Loaded) -> float:
    """Per cent of one core that went to none of the chain's processes."""
    return 100 * loaded.cost.others * len(os.sched_getaffinity(0))


def us_per_event(loaded: Loaded) -> float:
    """CPU of all that carries an event, from our publisher to the proxy."""
    ours = (use.cpu_us for name, use in loaded.cost.uses.items() if name != "measuring")
    return sum(ours) / loaded.sent.events
