import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import request
from websockets.asyncio.client import ClientConnection, connect

from counting.counted import Before
from counting.tally import count
from counting.totals import Committed, IdWindow, Totals, report
from decoding.message import Message
from live.live import Live
from messages.report_wire import Reporte
from push.access.limits import Limits
from push.access.origin_rule import OriginRule
from push.heartbeat import Heartbeat
from push.hub import Hub
from push.listening_socket import buffer_little, listen
from push.pace import Pace
from push.pusher import Pusher
from reading.poller import Poller
from reporting.report_http import create_app

CONTRACTS = Path(__file__).parents[1] / "contracts"


Contract = Callable[[str], dict[str, Any]]
PanelFor = Callable[[str], Awaitable[int]]


@pytest.fixture
def contract() -> Contract:
    """An example of a wire format, as parsed JSON."""
    return lambda name: json.loads((CONTRACTS / f"{name}.json").read_text())


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.create_server(("127.0.0.1", 0)) as found:
            return int(found.getsockname()[1])

    return find


class Patient(ClientConnection):
    """Waits for a message, which is text, but not for ever."""

    async def recv(self, decode: bool | None = None) -> str:  # type: ignore[override] # no bytes
        async with asyncio.timeout(10):
            message = await super().recv(decode)
        assert isinstance(message, str)
        return message


class Watch(Protocol):
    def __call__(self, port: int, **options: Any) -> AbstractAsyncContextManager[Patient]: ...


class HubOn(Protocol):
    async def __call__(self, rule: OriginRule | None = None, **limits: Any) -> tuple[Hub, int]: ...


class Soon(Protocol):
    async def __call__(self, condition: Callable[[], object], seconds: float = 5.0) -> None: ...


class ReportOf(Protocol):
    def __call__(self, clientes: dict[str, int], hidden: int = 0, **fields: Any) -> Reporte: ...


@pytest.fixture
def watch() -> Watch:
    """Opens a WebSocket to a port of this machine as a program does: no Origin, no compression."""

    @contextlib.asynccontextmanager
    async def open_one(port: int, **options: Any) -> AsyncIterator[Patient]:
        path = options.pop("path", "/ws")
        options = {"compression": None, "proxy": None, "ping_interval": None} | options
        options["create_connection"] = Patient
        async with connect(f"ws://127.0.0.1:{port}{path}", **options) as viewer:
            assert isinstance(viewer, Patient)
            yield viewer

    return open_one


@pytest.fixture
async def hub_on() -> AsyncIterator[HubOn]:
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
def soon() -> Soon:
    """Waits until a condition holds, with a limit."""

    async def wait(condition: Callable[[], object], seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - what it waits for has no event
                await asyncio.sleep(0.005)

    return wait


class Analytics:
    """The analytics' own HTTP side, on a real socket; what is counted comes from the test."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self._stop = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self.requests: list[str] = []
        self.begin("b1f0")

    def begin(self, epoca: str) -> None:
        self.live = Live(Totals(epoca))
        self.live.vitals.broker_is("conectado")

    def count(self, *events: dict[str, Any]) -> None:
        bodies = [json.dumps(event).encode() for event in events]
        counted = count([Message(n, body) for n, body in enumerate(bodies)], {})
        version = self.live.totals.version + 1
        before, window = Before({}, {}), IdWindow(604800, 2)
        self.live.totals.add(Committed(counted, before, version, 1795503600.123, window))
        self.live.ring()

    def report(self) -> dict[str, Any]:
        return report(self.live.totals, 1000)

    async def start(self) -> None:
        app = create_app(self.live, self._no_rejections)

        @app.before_request
        async def note() -> None:
            self.requests.append(f"{request.full_path} {request.headers.get('Prefer', '')}")

        config = Config()
        config.bind = [f"127.0.0.1:{self.port}"]
        config.errorlog = None
        self._stop.clear()
        self._serving = asyncio.create_task(serve(app, config, shutdown_trigger=self._stop.wait))

    async def stop(self) -> None:
        self._stop.set()
        self.live.close()
        if self._serving:
            await self._serving
        self._serving = None

    async def _no_rejections(self, limit: int) -> dict[str, Any]:
        return {}


@pytest.fixture
async def analytics(free_port: Callable[[], int]) -> AsyncIterator[Analytics]:
    running = Analytics(free_port())
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def panel_for(hub_on: HubOn) -> AsyncIterator[PanelFor]:
    """Starts the parts of a panel in this process; returns the port of the WebSocket."""
    tasks: list[asyncio.Task[Any]] = []

    async def start(url: str) -> int:
        hub, port = await hub_on()
        heartbeat, pace = Heartbeat(hub), Pace()
        poller = Poller(url.split(","), pace, Pusher(hub, pace), heartbeat)
        tasks.extend([asyncio.create_task(poller.run()), asyncio.create_task(heartbeat.run())])
        return port

    yield start
    died = [task.exception() for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not died


class ViewerModel:
    """
    What any client does with the messages (docs/websocket.md).

    It refuses a change that does not build on what it has, numbers of the past, and a total that
    is not the sum.
    """

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.heartbeat: dict[str, Any] = {}

    def receive(self, payload: str | bytes) -> None:
        message = json.loads(payload)
        kind = message.pop("tipo")
        if kind == "latido":
            self.heartbeat = message
            return
        before = self.state
        if kind == "cambio":
            place = (before.get("epoca"), before.get("version"))
            assert place == (message["epoca"], message.pop("previa")), "a gap"
            clientes = before["clientes"] | message["clientes"]
            message["clientes"] = {k: v for k, v in clientes.items() if v is not None}
        if before.get("epoca") == message["epoca"]:
            assert message["version"] > before["version"], "the past"
            assert message["total"] >= before["total"], "a smaller number"
        assert message["total"] == sum(message["clientes"].values()) + message["otros"]["total"]
        self.state = message


@pytest.fixture(scope="session")
def viewer_model() -> type[ViewerModel]:
    return ViewerModel


@pytest.fixture(scope="session")
def report_of() -> ReportOf:
    """Makes a report of these clients; *hidden* events are of one more that is not listed."""

    def make(clientes: dict[str, int], hidden: int = 0, **fields: Any) -> Reporte:
        total = sum(clientes.values()) + hidden
        eventos = fields.get("eventos", {})
        defaults = {
            "epoca": "e",
            "version": 1,
            "generado": "2026-11-24T07:00:00.123Z",
            "total": total,
            "clientes": clientes,
            "otros": {"clientes": 1 if hidden else 0, "total": hidden},
            "eventos": eventos,
            "otros_eventos": {"tipos": 1, "total": total - sum(eventos.values())},
            "rechazados": 0,
            "duplicados": 0,
            "conflictos": 0,
        }
        return msgspec.convert(defaults | fields, Reporte)

    return make
