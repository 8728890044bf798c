import datetime
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from demo.invented import LONGEST_GAP, WEIGHTS, encode, gap, invent

CONTRACT = json.loads((Path(__file__).parents[1] / "contracts" / "evento.json").read_text())
EXAMPLE = CONTRACT["accepted"][0]["body"]
MOMENT = datetime.datetime(2026, 11, 24, 7, 0, 0, 123_999, tzinfo=datetime.UTC)


def bodies(count: int) -> list[dict[str, Any]]:
    rng = Random(1)  # noqa: S311
    return [json.loads(encode(invent("cliente_uno", MOMENT, rng))) for _ in range(count)]


def test_event_has_the_shape_of_the_contract() -> None:
    """An invented event has exactly the keys and types of the contract's first example."""
    for body in bodies(200):
        assert list(body) == list(EXAMPLE)
        assert {k: type(v) for k, v in body.items()} == {k: type(v) for k, v in EXAMPLE.items()}


def test_purchase_has_the_metadata_of_the_contract() -> None:
    """The contract's example is a purchase; an invented one carries the same metadata."""
    purchases = [body for body in bodies(200) if body["evento"] == EXAMPLE["evento"]]

    assert purchases
    for body in purchases:
        assert {k: type(v) for k, v in body["metadata"].items()} == {"importe": float}


def test_event_says_who_and_when() -> None:
    """The client is as given, the time is RFC 3339 in UTC, cut to milliseconds."""
    (body,) = bodies(1)

    assert (body["cliente"], body["timestamp"]) == ("cliente_uno", "2026-11-24T07:00:00.123Z")


def test_kinds_follow_their_weights() -> None:
    """Every kind occurs, the frequent ones more often."""
    kinds = [body["evento"] for body in bodies(5000)]
    counts = {kind: kinds.count(kind) for kind in WEIGHTS}

    assert sum(counts.values()) == 5000
    for kind, weight in WEIGHTS.items():
        assert counts[kind] / 5000 == pytest.approx(weight / sum(WEIGHTS.values()), abs=0.03)


@pytest.mark.parametrize("per_second", [0.5, 3, 1000])
def test_gaps_keep_the_pace(per_second: float) -> None:
    """Gaps are irregular and bounded, and on average give the pace asked for."""
    rng = Random(7)  # noqa: S311
    gaps = [gap(per_second, rng) * per_second for _ in range(20_000)]

    assert sum(gaps) / len(gaps) == pytest.approx(1, abs=0.03)
    assert max(gaps) <= LONGEST_GAP * 1.06
    assert min(gaps) < 0.1
