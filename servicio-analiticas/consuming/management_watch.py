"""Asks the broker's management API what AMQP does not tell of the queue."""

from __future__ import annotations

import asyncio
import logging

from analytics_settings import Settings
from broker import topology
from broker.management import ask
from comun.waiting import set_within
from live.queue_members import QueueMembers, members_of
from live.vitals import Vitals

LOG = logging.getLogger("analiticas.broker")
EVERY = 5.0  # seconds, as often as the broker itself counts
REFUSED = (401, 403)
# Messages that are no longer in the queue and not yet set aside; nodes that hold it, and that run
COLUMNS = "messages_dlx,members,online"


class ManagementWatch:
    """Needs an account with the tag `monitoring`. Without an answer nothing of it is known."""

    def __init__(self, settings: Settings, vitals: Vitals) -> None:
        self._settings, self._vitals = settings, vitals
        self._told = False

    async def run(self, stop: asyncio.Event) -> None:
        while self._settings.rabbitmq_management_port and not stop.is_set():
            queue = await asyncio.to_thread(self._ask)
            # It isn't told of a queue that was just declared.
            waiting = queue.get("messages_dlx")
            self._vitals.dead_letters = waiting if isinstance(waiting, int) else None
            self._held_by(members_of(queue, len(self._settings.nodes)))
            await set_within(stop, EVERY)

    def _ask(self) -> dict[str, object]:
        answer = ask(self._settings, topology.QUEUE, COLUMNS)
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

    def _held_by(self, members: QueueMembers | None) -> None:
        """Tell when fewer nodes hold the queue than may lose one, and when it is well again."""
        before = self._vitals.members
        self._vitals.members = members
        if members is None or members.bastan == (before is None or before.bastan):
            return
        if members.bastan:
            LOG.info("%d members of %s run", members.en_linea, topology.QUEUE)
            return
        LOG.warning(
            "of the %d members of %s only %d run: were one more lost, counting might wait for it."
            " Start the nodes that are missing; where the queue has fewer than three members:"
            " docs/operations.md",
            members.total,
            topology.QUEUE,
            members.en_linea,
        )
