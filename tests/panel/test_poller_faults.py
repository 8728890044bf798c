"""Analytics that answer wrongly, in drips or not at all."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.heard_messages import first_state, is_offline, is_online, messages_until
from tests.panel.conftest import Contract, PanelFor, Soon, Watch

Answer = tuple[str, bytes] | tuple[str, bytes, str]


class Faulty:
    """Answers like no analytics should; the test says what."""

    def __init__(self) -> None:
        self.url = ""
        self.answer: dict[str, Answer] = {}
        self.drip = False

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                while await reader.readline() != b"\r\n":
                    pass
                path = line.split()[1].decode().partition("?")[0]
                await self._write(writer, *self.answer.get(path, ("404 Not Found", b"")))
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _write(
        self, writer: asyncio.StreamWriter, status: str, body: bytes, headers: str = ""
    ) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        writer.write(head.encode("latin-1"))
        while self.drip and not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.05)
        writer.write(body)
        await writer.drain()


@pytest.fixture
async def faulty(contract: Contract) -> AsyncIterator[Faulty]:
    server = Faulty()
    for path, name in ("/reporte", "reporte"), ("/reporte/estado", "estado"):
        server.answer[path] = ("200 OK", json.dumps(contract(name)).encode())
    async with await asyncio.start_server(server, "127.0.0.1", 0) as listening:
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield server
        listening.close_clients() if hasattr(listening, "close_clients") else None


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        ("/reporte", ("200 OK", b'{"epoca": 7}'), "not a valid reporte"),
        ("/reporte", ("200 OK", b"<html>"), "not a valid reporte"),
        ("/reporte", ("500 Internal Server Error", b""), "/reporte?limite=1000 answered 500"),
        ("/reporte", ("302 Found", b"", "Location: /\r\n"), "answered 302"),
        ("/reporte/estado", ("200 OK", b"[]"), "not a valid estado"),
        ("/reporte/estado", ("304 Not Modified", b""), "answered 304"),
        ("/reporte", ("200 OK", b"x", "Content-Encoding: gzip\r\n"), "not a valid reporte"),
        ("/reporte", ("huh", b""), "ProtocolError"),
    ],
)
async def test_a_wrong_answer_is_an_absence(
    faulty: Faulty,
    panel_for: PanelFor,
    watch: Watch,
    caplog: pytest.LogCaptureFixture,
    path: str,
    answer: Answer,
    reason: str,
) -> None:
    """An answer that makes no sense is not shown; its reason is logged, and a good one heals."""
    port = await panel_for(faulty.url)
    good = faulty.answer[path]

    async with watch(port) as viewer:
        await first_state(viewer)
        faulty.answer[path] = answer
        offline = await messages_until(viewer, is_offline)
        faulty.answer[path] = good
        back = await messages_until(viewer, is_online)

    assert {m["tipo"] for m in offline + back} == {"latido"}
    assert reason in caplog.text


async def test_an_answer_in_drips_is_an_absence(
    faulty: Faulty, panel_for: PanelFor, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte now and then is no answer, though each comes in time."""
    monkeypatch.setattr("reading.source.ANSWER_WITHIN", 0.3)
    port = await panel_for(faulty.url)

    async with watch(port) as viewer:
        await first_state(viewer)
        faulty.drip = True
        await messages_until(viewer, is_offline)
        faulty.drip = False
        await messages_until(viewer, is_online)


async def test_an_etag_that_cannot_be_sent_is_not_kept(
    faulty: Faulty, panel_for: PanelFor, watch: Watch
) -> None:
    """A header in Latin-1 does no harm."""
    status, body, *_ = faulty.answer["/reporte"]
    faulty.answer["/reporte"] = (status, body, 'ETag: "ñ"\r\n')
    port = await panel_for(faulty.url)

    async with watch(port) as viewer:
        await first_state(viewer)


async def test_a_long_absence_leaks_nothing(
    panel_for: PanelFor, monkeypatch: pytest.MonkeyPatch, soon: Soon
) -> None:
    """After a thousand failures there are as many open files and tasks as after a few."""
    monkeypatch.setattr("reading.poller.RETRY_AFTER", 0)
    connections = 0

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        await panel_for(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await soon(lambda: connections >= 20)
        files, tasks = open_files(), len(asyncio.all_tasks())
        await soon(lambda: connections >= 1000, seconds=60)

        # Those of the connections that end just now come and go.
        await soon(lambda: open_files() <= files + 4 and len(asyncio.all_tasks()) <= tasks + 2)


def open_files() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))
