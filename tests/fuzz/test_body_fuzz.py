"""A short version of `make fuzz`."""

from __future__ import annotations

from tests.contracts.body_rules import SCHEMA
from tests.fuzz.body_fuzz import fuzz


def test_whatever_the_body() -> None:
    """Both decoders return the same events or the same reason, and what the contract says."""
    judge = fuzz(bodies=20_000, seed=2)

    assert judge.outcomes["counted"] > 1000
    assert judge.outcomes["rejected"] > 1000
    assert judge.refusals[SCHEMA] > 1000
    assert {"json", "utf8", "client", "name_length", "calendar"} <= judge.refusals.keys()
