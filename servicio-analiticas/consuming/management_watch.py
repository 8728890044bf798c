"""Asks the broker's management API what AMQP does not tell of the queues."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from analytics_settings import Settings
from broker.management import ask, of_queue
from broker.node_pulse import EVERY as PULSE_EVERY
from broker.node_pulse import NodePulse
from broker.shards import MOST, shards
from comun.waiting import set_within
from live.queue_members import QueueMembers, members_of
from live.vitals import Vitals

LOG = logging.getLogger("analiticas.broker")
EVERY = 5.0  # seconds, as often as the broker itself counts
REFUSED = (401, 403)
# Messages that are no longer in the queue and not yet set aside; nodes that hold it, and that run
COLUMNS = "name,messages_dlx,members,online"


Queue = Mapping[str, Any]
"""As management tells it."""


class ManagementWatch:
    """Needs an account with the tag `monitoring`. Without an answer nothing of it is known."""

    def __init__(self, settings: Settings, vitals: Vitals) -> None:
        self._settings, self._vitals = settings, vitals
        self._told = False
        self._pulse, self._queues = NodePulse(settings), tuple[Queue, ...]()

    async def run(self, stop: asyncio.Event) -> None:
        if self._settings.rabbitmq_management_port:
            await asyncio.gather(self._watch_queues(stop), self._watch_nodes(stop))

    async def _watch_queues(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            queues = await asyncio.to_thread(self._look)
            self._vitals.shards_seen = len(queues)
            self._vitals.dead_letters = _dead_letters(queues)
            if queues or not self._pulse.silent:  # who is frozen holds the answers of all up
                self._queues = tuple(queues)
            self._judge()
            await set_within(stop, EVERY)

    async def _watch_nodes(self, stop: asyncio.Event) -> None:
        several = len(self._settings.nodes) > 1
        while several and not stop.is_set():
            if await self._pulse.look():
                self._judge()
            await set_within(stop, PULSE_EVERY)

    def _judge(self) -> None:
        nodes, down = len(self._settings.nodes), self._pulse.silent
        self._held_by(*_fewest_members(self._queues, nodes, down))

    def _look(self) -> Sequence[Queue]:
        """Ask for one after the other until one is not there: none beyond that is."""
        found: list[Queue] = []
        for name in shards(MOST):
            queue = self._queue(name)
            if queue.get("name") != name:
                break
            found.append(queue)
        return found

    def _queue(self, name: str) -> dict[str, Any]:
        answer = ask(self._settings, of_queue(self._settings, name, COLUMNS))
        if answer is None:
            return {}
        if answer.status in REFUSED and not self._told:
            self._told = True
            LOG.warning(
                "the broker's management answers %d: how many messages it keeps from being set"
                " aside, and which nodes hold the queue, stays unknown. Give the account %r the"
                " tag monitoring.",
                answer.status,
                self._settings.rabbitmq_user,
            )
        return answer.document()

    def _held_by(self, queue: str, members: QueueMembers | None) -> None:
        """Tell when fewer nodes hold the queue than may lose one, and when it is well again."""
        before = self._vitals.members
        self._vitals.members = members
        if members is None or members.bastan == (before is None or before.bastan):
            return
        if members.bastan:
            LOG.info("%d members of %s run", members.en_linea, queue)
            return
        LOG.warning(
            "of the %d members of %s only %d run: were one more lost, counting might wait for it."
            " Start the nodes that are missing; where the queue has fewer than three members:"
            " docs/operations.md",
            members.total,
            queue,
            members.en_linea,
        )


def _dead_letters(queues: Sequence[Queue]) -> int | None:
    """Management isn't told of a queue that was just declared."""
    waiting = [queue.get("messages_dlx") for queue in queues]
    known = [n for n in waiting if isinstance(n, int)]
    return sum(known) if known else None


def _fewest_members(
    queues: Sequence[Queue], nodes: int, down: Collection[str]
) -> tuple[str, QueueMembers | None]:
    """The queue that could stand still first, and who holds it."""
    held = [(str(queue["name"]), members_of(queue, nodes, down)) for queue in queues]
    known = [(name, members) for name, members in held if members]
    return min(known, key=lambda each: each[1].en_linea, default=("", None))
