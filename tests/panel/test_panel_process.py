"""The panel as a process: how it starts and how it ends."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.panel.conftest import Patient, Soon, Watch
from tests.port_ranges import free_ports
from tests.stack import ROOT, Part

# Further interpreters with the panel's requirements, to check what Hypercorn does differently.
PYTHONS = [sys.executable, *filter(None, os.environ.get("PANEL_PYTHONS", "").split(":"))]
FOLDER = ROOT / "panel-visual"


class Panel(Part):
    """A panel without analytics, unless the test is them."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.port, self.push_port, self.reporte_port = free_ports(3)
        ports = {
            "PANEL_PORT": str(self.port),
            "PUSH_PORT": str(self.push_port),
            "REPORTE_URL": f"http://127.0.0.1:{self.reporte_port}",
        }
        command = arguments or (sys.executable, str(FOLDER / "panel.py"))
        super().__init__("panel", command, ports | settings, folder, lambda p: "listo" in p.log)

    async def stopped(self, seconds: float) -> int:
        return await asyncio.to_thread(self.wait, seconds)


@pytest.fixture(params=PYTHONS)
def panel(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Panel]:
    """A running panel, once for each interpreter."""
    started = Panel(tmp_path, request.param, str(FOLDER / "panel.py"))
    started.start()
    yield started
    started.kill()


@contextlib.asynccontextmanager
async def audience(watch: Watch, port: int, size: int) -> AsyncIterator[list[Patient]]:
    """So many viewers, each of which has got its first message."""
    async with contextlib.AsyncExitStack() as stack:
        viewers = []
        for _ in range(0, size, 100):
            group = [stack.enter_async_context(watch(port)) for _ in range(min(100, size))]
            viewers += await asyncio.gather(*group)
        for viewer in viewers:
            await viewer.recv()
        yield viewers


async def close_codes(viewers: list[Patient]) -> list[int | None]:
    async def code(viewer: Patient) -> int | None:
        try:
            while True:
                await viewer.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

    async with asyncio.timeout(10):
        return await asyncio.gather(*(code(viewer) for viewer in viewers))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_tells_every_viewer(
    panel: Panel, watch: Watch, number: signal.Signals
) -> None:
    """With a thousand viewers, a signal ends the process with 0, and each viewer saw 1012."""
    async with audience(watch, panel.push_port, 1000) as viewers:
        os.kill(panel.pid, number)

        assert await close_codes(viewers) == [1012] * 1000
    assert await panel.stopped(4) == 0
    assert "Traceback" not in panel.log


def unsent_by(port: int) -> int:
    """How many bytes the kernel still holds for those who asked this port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    mine = [line for line in lines if int(line[1].partition(":")[2], 16) == port]
    return sum(int(line[4].partition(":")[0], 16) for line in mine)


async def test_a_stop_does_not_wait_for_page_requests(panel: Panel, soon: Soon) -> None:
    """Idle, half-sent and unread page requests do not keep the process alive."""
    with contextlib.ExitStack() as stack:
        for request in (
            b"",
            b"GET / HTTP/1.1\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3000,
        ):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", panel.port))
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                connection.send(request)
        await soon(lambda: unsent_by(panel.port) > 100_000)
        os.kill(panel.pid, signal.SIGTERM)

        assert await panel.stopped(8) == 0


DYING = """
import sys
sys.path.insert(0, {folder!r})
import panel
from reading import poller
real = poller.decode
def decode(kind, body):
    if b"boom" in body:
        raise RuntimeError("boom")
    return real(kind, body)
poller.decode = decode
sys.exit(panel.main())
"""


@pytest.mark.parametrize("python", PYTHONS)
async def test_a_dead_part_ends_the_process_with_its_error(
    tmp_path: Path, watch: Watch, python: str
) -> None:
    """A poller that dies leaves no panel with old numbers: exit 1, and viewers see 1012."""
    boom = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await boom.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nboom")
            await writer.drain()
        writer.close()

    panel = Panel(tmp_path, python, "-c", DYING.format(folder=str(FOLDER)))
    async with await asyncio.start_server(answer, "127.0.0.1", panel.reporte_port):
        panel.start()
        async with audience(watch, panel.push_port, 10) as viewers:
            boom.set()

            assert await close_codes(viewers) == [1012] * 10
        assert await panel.stopped(8) == 1
    assert "RuntimeError: boom" in panel.log


def test_a_busy_port_is_one_sentence(tmp_path: Path) -> None:
    """It names the variable that changes it."""
    panel = Panel(tmp_path)
    with socket.create_server(("127.0.0.1", panel.push_port)):
        panel.start(wait=False)

        assert panel.wait(10) == 2
    assert panel.log.startswith(f"panel: PUSH_PORT={panel.push_port} on PANEL_HOST='127.0.0.1': ")
    assert len(panel.log.splitlines()) == 1


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    """It names the variable and the value."""
    panel = Panel(tmp_path, WEB_PORT="http")
    panel.start(wait=False)

    assert panel.wait(10) == 2
    assert panel.log.startswith("panel: WEB_PORT='http': ")


def test_too_few_open_files_mean_fewer_viewers(tmp_path: Path) -> None:
    """Where the system allows few files, the panel says how many viewers it then takes."""
    start = f"ulimit -n 1024; exec {sys.executable} {FOLDER / 'panel.py'}"
    panel = Panel(tmp_path, "sh", "-c", start)
    panel.start()

    assert "602 viewers at most: only 1024 files may be open" in panel.log
    assert panel.stop() == 0
