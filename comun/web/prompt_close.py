"""
Lets go of a connection as soon as its client has closed it.

Hypercorn 0.18 (pinned) waits for its keep-alive time first: each one-shot client would hold one
of our connections for two minutes after it has gone.
"""

from __future__ import annotations

import hypercorn.asyncio.run
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.events import Event, Updated


def install() -> None:
    """Replace Hypercorn's connection in this process."""
    hypercorn.asyncio.run.TCPServer = PromptServer  # type: ignore[attr-defined]


class PromptServer(TCPServer):
    async def _read_data(self) -> None:
        await super()._read_data()
        await self.idle_task.stop()

    async def protocol_send(self, event: Event) -> None:
        # An answer that was under way must not make the connection wait for a next request.
        if not (isinstance(event, Updated) and self.reader.at_eof()):
            await super().protocol_send(event)
