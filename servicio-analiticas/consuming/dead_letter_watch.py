"""Asks the broker's management API how many messages wait inside it to be set aside."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from analytics_settings import Settings
from broker import topology
from comun.waiting import set_within
from live.live import Vitals

LOG = logging.getLogger("analiticas.broker")
EVERY = 5.0  # seconds, as often as the broker itself counts
TIMEOUT = 3.0
REFUSED = (401, 403)
OPENER = build_opener(ProxyHandler({}))  # the broker is no web page, whatever proxy is set


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
        try:
            with OPENER.open(self._request(), timeout=TIMEOUT) as answer:
                return waiting_in(answer.read(65_536))
        except HTTPError as error:
            error.close()
            if error.code in REFUSED and not self._told:
                self._told = True
                LOG.warning(
                    "the broker's management answers %d: how many messages it keeps from being set"
                    " aside stays unknown. Give the account %r the tag monitoring.",
                    error.code,
                    self._settings.rabbitmq_user,
                )
        except (OSError, HTTPException):
            return None  # away, or started without its management
        return None

    def _request(self) -> Request:
        s = self._settings
        queue = f"{quote(s.rabbitmq_vhost, safe='')}/{topology.QUEUE}?columns=messages_dlx"
        login = base64.b64encode(f"{s.rabbitmq_user}:{s.rabbitmq_password}".encode()).decode()
        return Request(
            f"http://{s.rabbitmq_host}:{s.rabbitmq_management_port}/api/queues/{queue}",
            headers={"Authorization": f"Basic {login}"},
        )


def waiting_in(body: bytes) -> int | None:
    """Return `messages_dlx`; None when it isn't told, as of a queue that was just declared."""
    try:
        found = json.loads(body)["messages_dlx"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, int) else None
