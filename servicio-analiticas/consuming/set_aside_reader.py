"""Reads what the broker set aside, and counts it by the broker's reason."""

from __future__ import annotations

import logging

from aiormq.abc import AbstractChannel as RawChannel

from aside.aside_store import AsideStore
from broker import topology
from broker.amqp_errors import describe
from broker.delivery_transport import BulkConnection
from broker.shards import Shards
from consuming.broker_sessions import Sessions
from consuming.delivery_channel import consume
from consuming.inbox import Inbox
from consuming.store_writer import StoreWriter
from live.live import Live

LOG = logging.getLogger("analiticas.apartados")
PREFETCH = 100  # bodies of 1 MiB may be among them
BATCH_SECONDS = 0.1  # it is no hurry, and counting comes first


class SetAsideReader:
    """
    Counts, then acknowledges: as the consumer does, on a connection of its own.

    What comes again after a crash in between is known by its id. What we rejected ourselves
    comes here too, and is only acknowledged.
    """

    def __init__(
        self, sessions: Sessions, store: AsideStore, writer: StoreWriter, live: Live
    ) -> None:
        self._sessions, self._store = sessions, store
        self._writer, self._live = writer, live
        self._inbox: Inbox | None = None

    def stop(self) -> None:
        self._sessions.stop()
        if self._inbox:
            self._inbox.stop()

    async def run(self) -> None:
        await self._sessions.run(self._session)

    async def _session(self, connection: BulkConnection) -> None:
        self._inbox = inbox = Inbox(PREFETCH, BATCH_SECONDS)
        if self._sessions.stopping.is_set():
            return
        connection.close_callbacks.add(lambda _, why: inbox.lose(describe(why)))
        queue = Shards([topology.SET_ASIDE_QUEUE])
        raw = await consume(connection, queue, PREFETCH, inbox)
        self._sessions.worked()
        await self._count_all(inbox, raw)

    async def _count_all(self, inbox: Inbox, raw: RawChannel) -> None:
        while batch := await inbox.take():
            counted = await self._writer.write(self._store.count, batch, self._sessions.stopping)
            if counted is None:
                return
            if counted:
                LOG.warning("the broker set messages aside: %s", dict(counted))
            self._live.set_aside.update(counted)
            self._live.share.set_aside.update(counted)
            inbox.check()
            await raw.basic_ack(batch[-1].tag, multiple=True)
            inbox.unsettled -= len(batch)
