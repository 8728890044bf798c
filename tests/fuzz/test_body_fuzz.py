"""A short version of `make fuzz`."""

from __future__ import annotations

from tests.fuzz.body_fuzz import fuzz


def test_whatever_the_body() -> None:
    """Both decoders return the same events or the same reason, and never raise anything else."""
    outcomes = fuzz(bodies=20_000, seed=2).outcomes

    assert outcomes["counted"] > 1000
    assert outcomes["rejected"] > 1000
