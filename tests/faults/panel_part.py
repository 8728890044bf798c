"""The panel of a fault run, and viewers that remember what they were shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.faults.rig import Rig
from tests.port_ranges import free_ports
from tests.stack import Part, python_part


class Panel:
    """Not started; the proxy is left out."""

    def __init__(self, rig: Rig) -> None:
        port, push = free_ports(2)
        settings = {
            "REPORTE_URL": rig.report_url.removesuffix("/reporte"),
            "PANEL_PORT": port,
            "PUSH_PORT": push,
        }
        self.part: Part = rig.keep(
            python_part("panel", "panel-visual/panel.py", settings, rig.folder)
        )
        self.url, self.ws_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{push}/ws"


class Viewer:
    """What one viewer was shown, judged as it comes: numbers never fall within an epoca."""

    def __init__(self) -> None:
        self.epoca, self.version, self.total = "", -1, 0
        self.snapshots = 0
        self.analiticas = ""
        self.problems: list[str] = []
        self.close_code: int | None = None

    def see(self, message: Mapping[str, Any]) -> None:
        if message["tipo"] == "latido":
            self.analiticas = message["analiticas"]
            return
        self.snapshots += message["tipo"] == "instantanea"
        if message["epoca"] == self.epoca and message["total"] < self.total:
            self.problems.append(f"a viewer saw {message['total']} after {self.total}")
        self.epoca, self.version = message["epoca"], message["version"]
        self.total = message["total"]

    async def watch(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for text in socket:
                self.see(json.loads(text))
        self.close_code = socket.close_code


@asynccontextmanager
async def viewers(panel: Panel, count: int) -> AsyncIterator[list[Viewer]]:
    """*count* viewers at work; those still connected leave at the end."""
    async with asyncio.TaskGroup() as tasks:
        found = [Viewer() for _ in range(count)]
        sockets = []
        for viewer in found:
            socket = await connect(
                panel.ws_url, compression=None, proxy=None, ping_interval=None, open_timeout=60
            )
            sockets.append(socket)
            tasks.create_task(viewer.watch(socket))
        yield found
        await asyncio.gather(*(socket.close() for socket in sockets))


async def until(condition: Any, seconds: float) -> float:
    """Wait for a condition and return how long it took, infinity when it never came."""
    start = asyncio.get_running_loop().time()
    while not condition():
        waited = asyncio.get_running_loop().time() - start
        if waited > seconds:
            return float("inf")
        await asyncio.sleep(0.02)
    return asyncio.get_running_loop().time() - start
