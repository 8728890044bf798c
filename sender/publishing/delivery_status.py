from __future__ import annotations

import logging
import time
from enum import Enum

LOG = logging.getLogger("sender")


class Trouble(Enum):
    """Why events wait here, as a person reads it."""

    AWAY = "the broker is away"
    LOGIN = "the broker refuses the login; check RABBITMQ_USER, RABBITMQ_PASSWORD, RABBITMQ_VHOST"
    UNTRUSTED = "no encrypted connection to the broker; check RABBITMQ_TLS_CA and RABBITMQ_HOST"
    DENIED = "the broker's user may not write to the exchange; grant it (rabbitmq/accounts.json)"
    NO_EXCHANGE = "there is no exchange yet, and this user may not declare it; the analytics will"
    MISMATCH = "the exchange exists with other properties than ours; delete it"
    SILENT = "the broker does not answer; frozen, or stopped by a memory or disk alarm"
    UNROUTABLE = "no queue is bound to the exchange; the analytics will declare its own"
    REFUSED = "the broker refuses events; is its queue full?"

    @property
    def lasting(self) -> bool:
        """Whether it takes a person to end it."""
        return self in (Trouble.LOGIN, Trouble.UNTRUSTED, Trouble.DENIED, Trouble.MISMATCH)

    @property
    def silence(self) -> bool:
        """Whether a node said nothing, of which another node may say more."""
        return self in (Trouble.AWAY, Trouble.SILENT)


STARTING = {Trouble.AWAY: 60.0, Trouble.UNROUTABLE: 20.0}
"""Seconds from the start, or from the first connection, in which these are no warning yet."""


class DeliveryStatus:
    """
    One log line for each change of state of the delivery, and none in between.

    What others that start at the same time will end is a warning only when it lasts.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._ready = self._delivered = self._hushed = False
        self._began = time.monotonic()
        self._trouble: Trouble | None = None
        self._since = 0.0
        self._full_at: int | None = None

    @property
    def trouble(self) -> Trouble | None:
        return self._trouble

    def opened(self, pending: int) -> None:
        """
        Connected. That alone ends no trouble while events wait: under an alarm, a broker takes
        every new connection and then confirms nothing.
        """
        if not self._ready:
            self._ready, self._began = True, time.monotonic()
            LOG.info("listo: publishing to %s", self._target)
        if not pending:
            self._recover("connected", pending)

    def confirmed(self, pending: int) -> None:
        self._delivered = True
        self._recover("delivering", pending)
        # At half, not at the first place: a full outbox stays nearly full for a while.
        if self._full_at is not None and pending <= self._full_at // 2:
            self._full_at = None
            LOG.info("the outbox has room again; events that wait: %d", pending)

    def full(self, pending: int) -> None:
        if self._full_at is None:
            self._full_at = pending
            LOG.warning("the outbox is full, publishing waits; events that wait: %d", pending)

    def in_trouble(self, trouble: Trouble, detail: str, pending: int) -> None:
        age = time.monotonic() - self._began
        expected = not self._delivered and age < STARTING.get(trouble, 0.0)
        if trouble is self._trouble and (expected or not self._hushed):
            return
        if self._trouble is None:
            self._since = time.monotonic()
        self._trouble, self._hushed = trouble, expected
        level = logging.INFO if expected else logging.WARNING
        LOG.log(level, "%s (%s); events that wait: %d", trouble.value, detail, pending)

    def _recover(self, now: str, pending: int) -> None:
        if self._trouble is None:
            return
        self._trouble = None
        away = time.monotonic() - self._since
        LOG.info("%s again after %.1f s; events that wait: %d", now, away, pending)
