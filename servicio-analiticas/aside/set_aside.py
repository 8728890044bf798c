"""Why the broker set a message aside, as far as the message tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from broker.shards import is_shard

REJECTED = "rejected"
OTHER = "otros"
REASONS = ("expired", "maxlen", "delivery_limit", REJECTED)
"""What RabbitMQ says. Anything else is OTHER: who may publish there could make up any number."""


def reason_of(deaths: object) -> str | None:
    """
    Return why the broker took the message from our queue; None when it did not.

    *deaths* is the header x-death. The broker puts its own entry first, before any that the
    publisher made up. Without one the message is a copy of our own, or published by hand.
    """
    if deaths is True:  # the headers can't be read
        return OTHER
    for death in deaths if isinstance(deaths, list) else ():
        if isinstance(death, Mapping) and is_shard(death.get("queue")):
            reason = death.get("reason")
            return reason if reason in REASONS else OTHER
    return None


def summary(totals: Mapping[str, int]) -> dict[str, Any]:
    """`apartados`, wherever it is told: messages that the broker set aside, by reason."""
    return {"total": sum(totals.values()), "por_motivo": dict(totals)}
