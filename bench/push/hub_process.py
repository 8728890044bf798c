"""
The panel's push side in a process of its own: `hub_process.py PORT`.

Hub, viewers, listening socket, limits and collector are the panel's, called as panel.py calls
them; only what is pushed comes from stdin instead of a report. A line of kind `?` is answered on
stdout with how many viewers there are and how many have nothing unsent.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from fed_by_stdin import fed
from panel import limits_of
from panel_settings import read_settings
from push.access.origin_rule import OriginRule
from push.collector import spare_the_collector
from push.hub import Hub
from push.listening_socket import buffer_little, listen
from push_frames import CHANGE


async def feed(hub: Hub) -> None:
    snapshot = b"{}"
    async for kind, payload in fed():
        if kind == b"?":
            print(len(hub), len(hub.ready), flush=True)
        elif kind == CHANGE:
            await hub.publish(snapshot, payload)
        else:
            snapshot = payload
            await hub.publish(snapshot, None)


async def run(port: int) -> None:
    settings = read_settings({})
    listener = listen("127.0.0.1", port)
    buffer_little(listener)
    hub = Hub(OriginRule(settings.web_port, settings.origins()), limits_of(settings))
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(hub.serve(listener))
        spare_the_collector()
        await feed(hub)
        serving.cancel()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(run(int(sys.argv[1])))
