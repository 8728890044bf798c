"""The panel as a process, beside the real analytics as another."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from counting import Message
from store import open_store
from totals import IdWindow

# Further interpreters with the panel's requirements, to check what Hypercorn does differently.
PYTHONS = [sys.executable, *filter(None, os.environ.get("PANEL_PYTHONS", "").split(":"))]


def count_into(store: Path, *clientes: str) -> None:
    """Count an event of each, as the analytics do (they must not be running)."""
    opened = open_store(store, IdWindow(604800, 1000))
    opened.apply([Message(0, json.dumps([{"cliente": c} for c in clientes]).encode())])
    opened.close()


async def until(viewer, condition, seconds):
    async with asyncio.timeout(seconds):
        while True:
            message = json.loads(await viewer.recv())
            if condition(message):
                return message


def says(analiticas):
    return lambda m: m["tipo"] == "latido" and m["analiticas"] == analiticas


@contextlib.asynccontextmanager
async def audience(watch, port, size):
    """So many viewers, each of which has got its first message."""
    async with contextlib.AsyncExitStack() as stack:
        viewers = []
        for _ in range(0, size, 100):
            group = [stack.enter_async_context(watch(port)) for _ in range(min(100, size))]
            viewers += await asyncio.gather(*group)
        for viewer in viewers:
            await viewer.recv()
        yield viewers


async def close_codes(viewers):
    async def code(viewer):
        try:
            while True:
                await viewer.recv()
        except ConnectionClosed as closed:
            return closed.rcvd and closed.rcvd.code

    async with asyncio.timeout(10):
        return await asyncio.gather(*(code(viewer) for viewer in viewers))


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_tells_every_viewer(start_panel, ports, watch, python, number):
    """With a thousand viewers, a signal ends the process with 0, and each viewer saw 1012."""
    panel = await start_panel(python)
    async with audience(watch, ports["PUSH_PORT"], 1000) as viewers:
        panel.send(number)

        assert await close_codes(viewers) == [1012] * 1000
    assert await panel.ended(4) == 0
    assert "Traceback" not in panel.log()


@pytest.mark.parametrize("python", PYTHONS)
async def test_a_stop_does_not_wait_for_page_requests(start_panel, ports, python):
    """Idle, half-sent and unread page requests do not keep the process alive."""
    panel = await start_panel(python)
    with contextlib.ExitStack() as stack:
        for request in (b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3000):
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", ports["PANEL_PORT"]))
            )
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                connection.send(request)
        await asyncio.sleep(0.2)
        panel.send(signal.SIGTERM)

        assert await panel.ended(8) == 0


DYING = """
import sys
sys.path.insert(0, {folder!r})
import panel, poller
real = poller.decode
def decode(kind, body):
    if b"boom" in body:
        raise RuntimeError("boom")
    return real(kind, body)
poller.decode = decode
sys.exit(panel.main())
"""


@pytest.mark.parametrize("python", PYTHONS)
async def test_a_dead_part_ends_the_process_with_its_error(start_service, ports, watch, python):
    """A poller that dies leaves no panel with old numbers: exit 1, and viewers see 1012."""
    boom = asyncio.Event()

    async def answer(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await boom.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nboom")
            await writer.drain()
        writer.close()

    folder = str(Path(__file__).parents[2] / "panel-visual")
    async with await asyncio.start_server(answer, "127.0.0.1", int(ports["REPORTE_PORT"])):
        command = [python, "-c", DYING.format(folder=folder)]
        panel = await start_service(command, "listo", **ports)
        async with audience(watch, ports["PUSH_PORT"], 10) as viewers:
            boom.set()

            assert await close_codes(viewers) == [1012] * len(viewers)
        assert await panel.ended(8) == 1
    assert "RuntimeError: boom" in panel.log()


async def test_a_frozen_analytics_is_noticed(start_panel, start_analytics, ports, watch, tmp_path):
    """Stopped in the middle of everything, it is told within 3 s, and again when it goes on."""
    store = tmp_path / "pulso.db"
    count_into(store, "a")
    analytics = await start_analytics(store)
    await start_panel()

    async with watch(ports["PUSH_PORT"]) as viewer:
        online = await until(viewer, says("en_linea"), 10)
        analytics.send(signal.SIGSTOP)
        offline = await until(viewer, says("caida"), 3.5)
        analytics.send(signal.SIGCONT)
        await until(viewer, says("en_linea"), 3)

    assert offline["datos_de"] >= online["datos_de"]
    assert offline["broker"] is None


async def test_a_killed_analytics_comes_back(start_panel, start_analytics, ports, watch, tmp_path):
    """Killed and started again it goes on where it was; with an empty store everything is new."""
    store = tmp_path / "pulso.db"
    count_into(store, "a", "b")
    analytics = await start_analytics(store)
    await start_panel()

    async with watch(ports["PUSH_PORT"]) as viewer:
        first = await until(viewer, lambda m: m["tipo"] == "instantanea", 10)
        await until(viewer, says("en_linea"), 5)
        analytics.send(signal.SIGKILL)
        await until(viewer, says("caida"), 3.5)
        await analytics.ended()
        count_into(store, "a")
        analytics = await start_analytics(store)
        change = await until(viewer, lambda m: m["tipo"] != "latido", 3)
        await until(viewer, says("en_linea"), 3)

        analytics.send(signal.SIGKILL)
        await analytics.ended()
        other = tmp_path / "other.db"
        count_into(other, "c")
        await start_analytics(other)
        fresh = await until(viewer, lambda m: m["tipo"] != "latido", 3)

    assert first["total"] == 2
    assert (change["tipo"], change["clientes"], change["total"]) == ("cambio", {"a": 2}, 3)
    assert (fresh["tipo"], fresh["clientes"]) == ("instantanea", {"c": 1})
    assert fresh["epoca"] != first["epoca"]


async def test_a_busy_port_is_one_sentence(start_panel, ports):
    """It names the variable that changes it."""
    with socket.create_server(("127.0.0.1", int(ports["PUSH_PORT"]))):
        panel = await start_panel()

    assert await panel.ended() == 2
    assert panel.log().startswith(f"panel: PUSH_PORT={ports['PUSH_PORT']} on ")
    assert len(panel.log().splitlines()) == 1


async def test_a_wrong_setting_is_one_sentence(start_panel):
    """It names the variable and the value."""
    panel = await start_panel(WEB_PORT="http")

    assert await panel.ended() == 2
    assert panel.log().startswith("panel: WEB_PORT='http': ")
