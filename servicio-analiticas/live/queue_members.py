"""The nodes that hold the queue, as the broker's management tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

ENOUGH = 3
"""One may be lost, and the other two still are the most."""


class QueueMembers(NamedTuple):
    """*bastan*: one may be lost, and counting goes on. A single node is not asked that."""

    total: int
    en_linea: int
    bastan: bool


def members_of(queue: Mapping[str, Any], nodes: int) -> QueueMembers | None:
    """*nodes* are those that RABBITMQ_HOST names. None where the broker does not tell."""
    members, online = queue.get("members"), queue.get("online")
    if not isinstance(members, list) or not isinstance(online, list):
        return None
    alone = nodes == 1 and len(members) == 1
    return QueueMembers(len(members), len(online), alone or len(online) >= ENOUGH)
