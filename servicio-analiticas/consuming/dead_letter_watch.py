"""Asks the broker's management API how many messages wait inside it to be set aside."""

from __future__ import annotations

import asyncio
import logging

from analytics_settings import Settings
from broker import topology
from broker.management import ask
from comun.waiting import set_within
from live.vitals import Vitals

LOG = logging.getLogger("analiticas.broker")
EVERY = 5.0  # seconds, as often as the broker itself counts
REFUSED = (401, 403)


class DeadLetterWatch:
    """
    AMQP tells nothing of messages that are no longer in the queue and not yet set aside.

    Needs an account with the tag `monitoring`. Without an answer the number is not known.
    """

    def __init__(self, settings: Settings, vitals: Vitals) -> None:
        self._settings, self._vitals = settings, vitals
        self._told = False

    async def run(self, stop: asyncio.Event) -> None:
        while self._settings.rabbitmq_management_port and not stop.is_set():
            self._vitals.dead_letters = await asyncio.to_thread(self._ask)
            await set_within(stop, EVERY)

    def _ask(self) -> int | None:
        answer = ask(self._settings, topology.QUEUE, "messages_dlx")
        if answer is None:
            return None
        if answer.status in REFUSED and not self._told:
            self._told = True
            LOG.warning(
                "the broker's management answers %d: how many messages it keeps from being set"
                " aside stays unknown. Give the account %r the tag monitoring.",
                answer.status,
                self._settings.rabbitmq_user,
            )
        # It isn't told of a queue that was just declared.
        found = answer.document().get("messages_dlx")
        return found if isinstance(found, int) else None
