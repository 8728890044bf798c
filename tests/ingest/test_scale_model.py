"""docs/scale.md says what measured costs come to, and they fit what was measured beside them."""

from __future__ import annotations

import pytest
import scale_costs
import scale_model
import scale_needs
import scale_tables
from scale_costs import BY_C, BY_OURS, FRAME, PUSH, VIEWER, cores
from scale_tables import number, row

COUNTING, WATCHING = scale_costs.counting(), scale_costs.watching()
BETWEEN = [
    *((BY_OURS, f"{rate:,}/s", rate, COUNTING.batched) for rate in (300_000, 400_000, 500_000)),
    (BY_C, "16,000/s", 16_000, COUNTING.single),
]
"""Loads of the same clients that no cost was taken from."""


@pytest.mark.parametrize(("publisher", "load", "rate", "lines"), BETWEEN, ids=str)
def test_costs_fit_other_loads(
    publisher: str, load: str, rate: int, lines: dict[str, scale_costs.Line]
) -> None:
    """Each process took what the model says, within a fifth."""
    took = cores(publisher, load)

    assert {part: line.cores(rate) for part, line in lines.items()} == {
        part: pytest.approx(each, rel=0.2) for part, each in took.items()
    }


def test_costs_of_viewers_fit_fewer() -> None:
    """A thousand viewers cost a fifth of what five thousand do, to within a fifth."""
    proxied = {"viewers": "1000", "server": "hub behind Traefik"}
    frame = row(PUSH, FRAME, {**proxied, "frame": "350 B"})
    memory = row(PUSH, VIEWER, proxied)

    assert WATCHING.proxy_frame * 1e6 == pytest.approx(number(frame["proxy µs"]), rel=0.2)
    assert WATCHING.panel_viewer / 1e3 == pytest.approx(number(memory[VIEWER]), rel=0.2)
    assert WATCHING.proxy_viewer / 1e3 == pytest.approx(number(memory["proxy KB/viewer"]), rel=0.2)


def test_one_of_each_carries_what_was_measured() -> None:
    """At the largest loads that were measured nothing is full, and beyond them something is."""
    for need, lines in (
        (scale_needs.in_batches, COUNTING.batched),
        (scale_needs.one_by_one, COUNTING.single),
    ):
        most = lines["analytics"].most
        assert (need(most, COUNTING).analytics, need(most * 1.01, COUNTING).analytics) == (1, 2)
        assert max(need(most, COUNTING).full.values()) <= 1


def test_one_store_is_what_breaks() -> None:
    """Of one event a message: more services and queues may be had, another ledger not."""
    full = scale_needs.one_by_one(100_000, COUNTING).full

    assert scale_needs.first(full).startswith(scale_needs.LEDGER)
    assert scale_needs.LEDGER not in scale_needs.one_by_one(10_000, COUNTING).full
    assert scale_needs.first(scale_needs.in_batches(1e6, COUNTING).full).startswith("analytics")


def test_more_needs_more() -> None:
    """Ten times the load never needs fewer of anything."""
    for need in (scale_needs.in_batches, scale_needs.one_by_one):
        few, many = need(1e5, COUNTING), need(1e6, COUNTING)
        assert few.queues <= many.queues
        assert few.broker < many.broker
        assert few.analytics < many.analytics
    assert scale_needs.pace(100, WATCHING) == 1 / WATCHING.gap
    assert scale_needs.pace(5000, WATCHING) > scale_needs.pace(10_000, WATCHING)


def test_the_document_says_so() -> None:
    """After another measurement: `PYTHONPATH=bench python bench/scale_model.py --write`."""
    text = scale_model.DOCUMENT.read_text(encoding="utf-8")

    assert scale_model.written(text, scale_model.tables()) == text
    assert scale_model.tables() in text


def test_figures_are_read_from_tables() -> None:
    """A median before its range, the second of two columns of one name, nothing twice."""
    assert number("45,420 [45,240–49,147]") == 45420
    assert number("31 %, 39") == 31
    of = {"publisher": BY_OURS, "load": "100,000/s"}
    assert cores(BY_OURS, "100,000/s")["publisher"] == pytest.approx(
        number(row(scale_costs.INGEST, scale_costs.CPU, of)["publisher 2"]) / 100
    )
    with pytest.raises(ValueError, match="unpack"):
        row(PUSH, FRAME, {"viewers": "5000"})
    with pytest.raises(ValueError, match="no number"):
        number("–")
    assert scale_tables.sentence(scale_costs.PACE, r"GAP = ([\d.]+)") == [0.025]
