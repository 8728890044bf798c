"""What the chain is meant to reach, beside what it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from chain_load import Loaded
from ingest_scope import (
    BEYOND,
    FEW,
    FIFTY,
    MANY,
    RATES_OF_A_THOUSAND,
    RATES_OF_MANY,
    SLOWER,
    THOUSAND,
    TOP,
    Figures,
    Key,
    Load,
    figure,
    ms,
    us_of_counting,
    us_per_event,
)
from screen import PROXIED

OURS, THEIRS = "our publisher", "a C publisher, one event a message"
KEPT_UP = 0.999  # of the rate: the last message's confirm comes a little after the last slot
BEHIND_MS = 1000.0  # a chain that can't keep up is later and later


@dataclass(frozen=True, slots=True)
class Claim:
    what: str
    values: list[float]
    limit: float
    at_least: bool = False
    digits: int = 1

    @property
    def met(self) -> bool:
        middle = median(self.values)
        return middle >= self.limit if self.at_least else middle <= self.limit

    def row(self) -> str:
        sign = "≥" if self.at_least else "≤"
        shown = figure(self.values, self.digits)
        met = "yes" if self.met else "**no**"
        return f"| {self.what} | {sign} {self.limit:,g} | {shown} | {met} |"


def key(load: Load, mix: object = FIFTY, who: str = OURS) -> Key:
    return f"{who}, {mix}", load.name


def claims(figures: Figures) -> Iterator[str]:
    yield "| | target | measured | met |"
    yield "|---|---|---|---|"
    for claim in (*_top(figures), *_lone(figures), *_mixes(figures), *_foreign(figures)):
        yield claim.row()
    faults = Claim("faults that ledgers and counts show", [len(figures.faults)], 0, digits=0)
    yield faults.row()


def highest(figures: Figures) -> Iterator[str]:
    """Of the rates that were measured, the highest at which the time limit of the aim holds."""
    yield "| clients | p99 to the viewer, ms | holds up to, events/s | there |"
    yield "|---|---|---|---|"
    for mix, rates, most in (
        (FIFTY, (100_000, *SLOWER, TOP), 40),
        (THOUSAND, RATES_OF_A_THOUSAND, 50),
        (MANY, RATES_OF_MANY, 100),
    ):
        found = {rate: figures.column(key(Load(rate, 0), mix), p99) for rate in rates}
        held = [rate for rate, values in found.items() if median(values) <= most]
        shown = f"{max(held):,} | {figure(found[max(held)])}" if held else "none of these |"
        yield f"| {mix} | ≤ {most} | {shown} |"


def _top(figures: Figures) -> Iterator[Claim]:
    top = key(Load(TOP, 0))
    rates = figures.column(top, sustained)
    seconds = f"{figures.loads[top][0].schedule.seconds:g} s"
    yield Claim(f"events/s sustained for {seconds}, {FIFTY}", rates, KEPT_UP * TOP, True, 0)
    yield Claim(f"their p99 to the viewer, ms, at {TOP:,}/s", figures.column(top, p99), 40)
    peers = figures.pairs["C (librabbitmq)"]
    beyond = figures.column(key(Load(BEYOND, 0)), sustained)
    pairs = zip(map(max, rates, beyond), peers, strict=True)
    times = [rate / pair.consumed for rate, pair in pairs]
    yield Claim("most events/s sustained ÷ the C pair's messages/s", times, 15, True)


def _lone(figures: Figures) -> Iterator[Claim]:
    lone, other = key(Load(100, 0)), key(Load(100, 0, unbatched=True))
    pairs = zip(figures.column(lone, p50), figures.column(other, p50), strict=True)
    yield Claim("p50 at 100/s ÷ one event a message", [a / b for a, b in pairs], 1.2, digits=2)


def _mixes(figures: Figures) -> Iterator[Claim]:
    few, thousand = (key(Load(300_000, 0), mix) for mix in (FEW, THOUSAND))
    many = key(Load(200_000, 0), MANY)
    yield Claim(
        f"events/s, {THOUSAND}", figures.column(thousand, sustained), KEPT_UP * 300_000, True, 0
    )
    yield Claim(f"events/s, {MANY}", figures.column(many, sustained), KEPT_UP * 200_000, True, 0)
    yield Claim("their p99, ms, 1,000 clients", figures.column(thousand, p99), 50)
    yield Claim("their p99, ms, 100,000 clients", figures.column(many, p99), 100)
    costs = zip(
        figures.column(thousand, us_per_event), figures.column(few, us_per_event), strict=True
    )
    yield Claim("CPU an event, 1,000 clients ÷ 10", [a / b for a, b in costs], 1.5, digits=2)


def _foreign(figures: Figures) -> Iterator[Claim]:
    for rate, said, most in ((8_000, "", 60), (16_000, "", 250), (20_000, " (goal)", 250)):
        load = key(Load(rate, 0), who=THEIRS)
        rates = figures.column(load, sustained)
        yield Claim(f"foreign messages/s{said}", rates, KEPT_UP * rate, True, 0)
        yield Claim(f"their p99, ms, at {rate:,}/s{said}", figures.column(load, p99), most)
    busy = figures.column(key(Load(16_000, 0), who=THEIRS), us_of_counting)
    yield Claim("analytics µs a message at 16,000/s", busy, 50)
    yield Claim("analytics µs a message at 16,000/s (goal)", busy, 40)


def sustained(loaded: Loaded) -> float:
    """Events a second that were published, confirmed and seen in time; 0 if not all were."""
    in_time = not loaded.unseen and ms(loaded, PROXIED, "max") <= BEHIND_MS
    return loaded.rate if in_time else 0.0


def p50(loaded: Loaded) -> float:
    return ms(loaded, PROXIED, "p50")


def p99(loaded: Loaded) -> float:
    return ms(loaded, PROXIED, "p99")
