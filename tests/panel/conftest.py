import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from hub import Hub
from listening_socket import buffer_little, listen
from origin_rule import OriginRule
from push_limits import Limits

CONTRACTS = Path(__file__).parents[1] / "contracts"


@pytest.fixture
def contract() -> Callable[[str], dict[str, Any]]:
    """An example of a wire format, as parsed JSON."""
    return lambda name: json.loads((CONTRACTS / f"{name}.json").read_text())


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.create_server(("127.0.0.1", 0)) as found:
            return int(found.getsockname()[1])

    return find


Watch = Callable[..., AbstractAsyncContextManager[ClientConnection]]


@pytest.fixture
def watch() -> Watch:
    """Opens a WebSocket to a port of this machine as a program does: no Origin, no compression."""

    @contextlib.asynccontextmanager
    async def open_one(port: int, **options: Any) -> AsyncIterator[ClientConnection]:
        path = options.pop("path", "/ws")
        options = {"compression": None, "proxy": None, "ping_interval": None} | options
        async with connect(f"ws://127.0.0.1:{port}{path}", **options) as viewer:
            yield viewer

    return open_one


@pytest.fixture
async def hub_on() -> AsyncIterator[Callable[..., Any]]:
    """Starts hubs on free ports, with any limits; each is stopped at the end."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(rule: OriginRule | None = None, **limits: Any) -> tuple[Hub, int]:
            hub = Hub(rule or OriginRule(8080), Limits(**limits))
            listener = listen("127.0.0.1", 0)
            buffer_little(listener)
            port = listener.getsockname()[1]
            serving = asyncio.create_task(hub.serve(listener))

            async def stop() -> None:
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)

            stack.push_async_callback(stop)
            return hub, port

        yield start


@pytest.fixture
def soon() -> Callable[..., Any]:
    """Waits until a condition holds, with a limit."""

    async def wait(condition: Callable[[], object], seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - what it waits for has no event
                await asyncio.sleep(0.005)

    return wait
