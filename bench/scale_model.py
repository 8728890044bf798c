"""
What many events and many viewers ask of each part, by what few were measured to cost.

`PYTHONPATH=bench python bench/scale_model.py` prints the tables of docs/scale.md; `--write` puts
them there.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from scale_costs import KB, MB, US, Counting, Watching, counting, watching
from scale_needs import (
    CORES,
    LEDGER,
    QUEUE,
    SERVICE,
    first,
    in_batches,
    one_by_one,
    together,
    watched,
)
from scale_tables import ROOT

DOCUMENT = ROOT / "docs" / "scale.md"
GB = 1e9
EVENTS = (100_000, 1_000_000, 10_000_000)
VIEWERS = (10_000, 100_000, 1_000_000)


def tables() -> str:
    of, seen = counting(), watching()
    parts = (_one(of, seen), _counting(of), _watching(seen), _together(of, seen))
    return "\n\n".join("\n".join(part) for part in parts)


def _head(*names: str) -> Iterator[str]:
    yield f"| {' | '.join(names)} |"
    yield "|---" * len(names) + "|"


def _one(of: Counting, seen: Watching) -> Iterator[str]:
    yield from _head("one", "was measured to carry", "with, of a core")
    for part, name in (("analytics", SERVICE), ("broker", "broker"), ("publisher", "publisher")):
        for unit, lines in (("events/s in batches", of.batched), ("messages/s", of.single)):
            if part != "publisher" or lines is of.batched:
                line = lines[part]
                yield f"| {name} | {line.most:,.0f} {unit} | {line.cores(line.most):.0%} |"
    yield f"| {QUEUE}, read by a C program | {of.queue:,.0f} messages/s | – |"
    yield f"| {LEDGER}, by several services | {of.ledger:,.0f} messages/s | – |"
    yield f"| panel | a viewer, in {seen.panel_viewer / KB:.1f} KB | {_each(seen.panel_frame)} |"
    yield f"| proxy | a viewer, in {seen.proxy_viewer / KB:,.0f} KB | {_each(seen.proxy_frame)} |"


def _each(frame: float) -> str:
    return f"{frame / US:.1f} µs a frame: {1 / frame:,.0f} frames/s a core"


def _counting(of: Counting) -> Iterator[str]:
    head = ("events/s", "messages/s", "queues", "broker, cores", "analytics services, cores")
    yield from _head(*head, "publishers", "into the broker", "first full")
    for name, need in (("in batches", in_batches), ("one a message", one_by_one)):
        for events in EVENTS:
            it = need(events, of)
            yield (
                f"| {events:,} {name} | {it.messages:,.0f} | {it.queues} | {it.broker:,.1f} |"
                f" {it.analytics}, {it.analytics_cores:,.1f} | {it.publishers or '–'} |"
                f" {it.traffic / MB:,.1f} MB/s | {first(it.full)} |"
            )


def _watching(of: Watching) -> Iterator[str]:
    head = ("viewers", "panels, cores", "frames/s each", "panels' memory", "proxy: cores, memory")
    yield from _head(*head, "polls, cores", "to viewers", "first full")
    for viewers in VIEWERS:
        it = watched(viewers, of)
        yield (
            f"| {viewers:,} | {it.panels}, {it.panel_cores:,.1f} | {it.pace:.1f} |"
            f" {it.panel_memory / GB:.2f} GB |"
            f" {it.proxy_cores:,.1f}, {it.proxy_memory / GB:,.1f} GB |"
            f" {it.polls:.2f} | {it.traffic * 8 / GB:,.2f} Gbit/s | {first(it.full)} |"
        )


def _together(of: Counting, seen: Watching) -> Iterator[str]:
    yield from _head(
        "events/s in batches, viewers", "cores", "memory", f"machines of {CORES} cores"
    )
    for events, viewers in zip(EVENTS, VIEWERS, strict=True):
        it = together(events, viewers, of, seen)
        yield (
            f"| {events:,}, {viewers:,} | {it.cores:,.1f} | {it.memory / GB:,.1f} GB |"
            f" {it.machines} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/scale.md")
    if not parser.parse_args().write:
        print(tables())
        return
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(written(text, tables()), encoding="utf-8")


def written(text: str, made: str) -> str:
    """The document with *made* between its marks."""
    marks = r"(<!-- made by bench/scale_model.py -->\n).*?(\n<!-- /made -->)"
    return re.sub(marks, lambda found: found[1] + made + found[2], text, flags=re.DOTALL)


if __name__ == "__main__":
    main()
