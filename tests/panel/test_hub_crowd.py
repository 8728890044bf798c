"""Many viewers at once, over real sockets."""

import asyncio
import contextlib
import random
import socket
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from messages.deltas import Deltas
from messages.report_wire import Reporte
from push.hub import Hub
from tests.panel.conftest import HubOn, ReportOf, Soon, ViewerModel, Watch
from tests.panel.news import news

REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class Stream:
    """Publishes reports whose numbers grow, until told to stop; the last one counts `fin`."""

    def __init__(self, hub: Hub, report_of: ReportOf) -> None:
        self._hub, self._report_of = hub, report_of
        self._deltas = Deltas()
        self.report: Reporte | None = None
        self.go_on = True

    async def run(self) -> None:
        clientes: dict[str, int] = {}
        version = 0
        while self.go_on:
            version += 1
            name = f"c{version * 7 % 300}"
            clientes = clientes | {name: clientes.get(name, 0) + version % 5}
            await self._publish(clientes, version)
            await asyncio.sleep(0.002)
        await self._publish(clientes | {"fin": 1_000_000}, version + 1)

    async def _publish(self, clientes: dict[str, int], version: int) -> None:
        self.report = self._report_of(clientes, version=version)
        update = news(self._deltas, self.report)
        await self._hub.publish(update.snapshot, update.change)


def has_ended(model: ViewerModel) -> bool:
    return "fin" in model.state.get("clientes", {})


async def test_a_thousand_drops_leave_no_gap(
    hub_on: HubOn, watch: Watch, viewer_model: type[ViewerModel], report_of: ReportOf
) -> None:
    """Viewers that are cut at any moment and come again never miss, repeat or mix a number."""
    hub, port = await hub_on()
    stream = Stream(hub, report_of)
    chance = random.Random(26)  # noqa: S311
    drops = 0

    async def drop_and_return() -> None:
        nonlocal drops
        while drops < 1000:
            model = viewer_model()
            async with watch(port) as viewer:
                for _ in range(chance.randrange(1, 15)):
                    model.receive(await viewer.recv())
                viewer.transport.abort()
            drops += 1

    async def stay() -> dict[str, Any]:
        model = viewer_model()
        async with watch(port) as viewer:
            while not has_ended(model):
                model.receive(await viewer.recv())
        return model.state

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(stream.run())
        steady = [group.create_task(stay()) for _ in range(20)]
        await asyncio.gather(*(drop_and_return() for _ in range(40)))
        stream.go_on = False

    assert stream.report
    for viewer in steady:
        assert viewer.result()["total"] == stream.report.total


async def test_the_deaf_do_not_harm_the_others(hub_on: HubOn, watch: Watch, soon: Soon) -> None:
    """Of 200 viewers, 100 never read: they are gone soon, and the others get every change."""
    hub, port = await hub_on(behind=0.5, closing=0.2, sweep=0.05)
    await hub.publish(b"0", None)
    async with contextlib.AsyncExitStack() as stack:
        deaf = [stack.enter_context(socket.socket()) for _ in range(100)]
        for stranger in deaf:
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stranger.connect(("127.0.0.1", port))
            stranger.sendall(REQUEST)
            await asyncio.sleep(0)
        good = [await stack.enter_async_context(watch(port)) for _ in range(100)]
        await soon(lambda: len(hub.ready) == 200)
        frames = ["0"]
        async with asyncio.timeout(30):
            while len(hub) > 100:
                frames.append(f"{len(frames)} " + "x" * 20_000)
                await hub.publish(b"snapshot", frames[-1].encode())
                for viewer in good:
                    assert await viewer.recv() == frames[-2]
        for viewer in good:
            assert await viewer.recv() == frames[-1]
        # A reset: the kernel holds nothing for those who are gone.
        for stranger in deaf:
            with pytest.raises(ConnectionResetError):
                while stranger.recv(65_536):
                    pass


async def test_hundreds_can_wait_for_their_turn(hub_on: HubOn, watch: Watch, soon: Soon) -> None:
    """Connections that come while the loop is busy wait in the kernel, and none is turned away."""
    hub, port = await hub_on()
    async with watch(port):
        pass
    await soon(lambda: not len(hub))
    with contextlib.ExitStack() as stack:
        # Blocking calls: the hub gets no turn before all of them are connected.
        for _ in range(300):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=0.9))

        await soon(lambda: len(hub) == 300)


async def test_a_storm_is_taken_while_pushing(
    hub_on: HubOn, watch: Watch, soon: Soon, report_of: ReportOf, viewer_model: type[ViewerModel]
) -> None:
    """A thousand viewers that come at once while numbers change all become current."""
    hub, port = await hub_on()
    stream = Stream(hub, report_of)
    async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        group.create_task(stream.run())
        viewers = await asyncio.gather(
            *(stack.enter_async_context(watch(port)) for _ in range(1000))
        )
        stream.go_on = False
        for viewer in viewers:
            model = viewer_model()
            while not has_ended(model):
                model.receive(await viewer.recv())


async def test_all_places_are_free_after_a_crowd(hub_on: HubOn, watch: Watch, soon: Soon) -> None:
    """Who was refused, cut or left holds no place."""
    hub, port = await hub_on(viewers=50, closing=0.2, sweep=0.05)
    await hub.publish(b"hola", None)

    async def come_and_go() -> None:
        async with watch(port) as viewer:
            with contextlib.suppress(ConnectionClosed):
                await viewer.recv()
                await viewer.send("?")
                await viewer.recv()

    await asyncio.gather(*(come_and_go() for _ in range(150)))
    await soon(lambda: not len(hub))

    assert not hub.ready
    with pytest.raises(ConnectionClosed):
        async with watch(port) as viewer:
            assert await viewer.recv() == "hola"
            await viewer.send("?")
            await viewer.recv()
