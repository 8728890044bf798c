"""The nodes that hold the queue, as the broker's management tells them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

ENOUGH = 3
"""One may be lost, and the other two still are the most."""


class QueueMembers(NamedTuple):
    """*bastan*: one may be lost, and counting goes on. A single node is not asked that."""

    total: int
    en_linea: int
    bastan: bool


def members_of(
    queue: Mapping[str, Any], nodes: int, down: Collection[str] = ()
) -> QueueMembers | None:
    """
    *nodes* are those that RABBITMQ_HOST names. None where the broker does not tell.

    *down*: nodes that do not answer, of which the queue's own list tells seconds later.
    """
    members, online = queue.get("members"), queue.get("online")
    if not isinstance(members, list) or not isinstance(online, list):
        return None
    alone = nodes == 1 and len(members) == 1
    running = sum(name not in down for name in online)
    return QueueMembers(len(members), running, alone or running >= ENOUGH)
