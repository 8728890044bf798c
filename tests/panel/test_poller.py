"""From the analytics' HTTP to viewers, over real sockets."""

import asyncio
import gc
import json
from pathlib import Path

import pytest

CLIC = {"cliente": "cliente_uno", "evento": "clic"}


async def messages_until(viewer, condition, seconds=10.0):
    """Everything received up to the first message that meets the condition."""
    received = []
    async with asyncio.timeout(seconds):
        while not (received and condition(received[-1])):
            received.append(json.loads(await viewer.recv()))
    return received


def is_online(message):
    return message["tipo"] == "latido" and message["analiticas"] == "en_linea"


def is_offline(message):
    return message["tipo"] == "latido" and message["analiticas"] == "caida"


async def first_state(viewer):
    return [m for m in await messages_until(viewer, is_online) if m["tipo"] != "latido"]


async def test_a_viewer_sees_the_report_and_its_changes(analytics, panel_for, watch):
    """First the snapshot, then each event as a change that builds on it."""
    analytics.count(CLIC, {"cliente": "cliente_dos"})
    port = await panel_for(analytics.url)

    async with watch(port) as viewer:
        (snapshot,) = await first_state(viewer)
        analytics.count(CLIC)
        change = (await messages_until(viewer, lambda m: m["tipo"] != "latido"))[-1]

    assert snapshot["clientes"] == {"cliente_uno": 1, "cliente_dos": 1}
    assert (change["tipo"], change["previa"], change["version"]) == ("cambio", 1, 2)
    assert (change["clientes"], change["total"]) == ({"cliente_uno": 2}, 3)


async def test_quiet_sends_nothing(analytics, panel_for, watch):
    """A report that does not change costs no message, however often it is asked for."""
    analytics.count(CLIC)
    port = await panel_for(analytics.url)

    async with watch(port) as viewer:
        await first_state(viewer)
        asked = len(analytics.requests)
        with pytest.raises(TimeoutError):
            await messages_until(viewer, lambda m: True, seconds=2.5)

    assert 3 <= len(analytics.requests) - asked <= 10


async def test_asks_as_agreed(analytics, panel_for, watch):
    """One request at a time: the status once a second, the report with a wait of a second."""
    analytics.count(CLIC)
    port = await panel_for(analytics.url)

    async with watch(port) as viewer:
        await first_state(viewer)
        analytics.count(CLIC)
        await messages_until(viewer, lambda m: m["tipo"] == "cambio")

    assert analytics.requests[:3] == [
        "/reporte/estado? ",
        "/reporte?limite=1000 ",
        "/reporte?limite=1000 wait=1",
    ]


async def test_no_proxy_of_the_web_is_asked(analytics, panel_for, watch, monkeypatch, free_port):
    """A proxy in the environment is for the internet, not for our own services."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    port = await panel_for(analytics.url)

    async with watch(port) as viewer:
        await first_state(viewer)


async def test_a_stream_of_events_is_at_most_forty_frames_a_second(analytics, panel_for, watch):
    """Whatever the rate of events, a viewer gets a frame every 25 ms at most."""
    analytics.count(CLIC)
    port = await panel_for(analytics.url)
    clock = asyncio.get_running_loop().time

    async with watch(port) as viewer:
        await first_state(viewer)
        started, frames = clock(), 0
        while clock() < started + 1:
            analytics.count(CLIC)
            await asyncio.sleep(0.001)
        analytics.count({"cliente": "ultimo"})
        received = await messages_until(viewer, lambda m: "ultimo" in m.get("clientes", {}))
        frames = [m for m in received if m["tipo"] == "cambio"]

    assert len(frames) <= (clock() - started) / 0.025 + 1
    assert frames[-1]["total"] == analytics.report()["total"]


async def test_an_absence_is_told_and_ends_by_itself(analytics, panel_for, watch, caplog):
    """Viewers keep what they have, learn how old it is, and go on when the analytics are back."""
    caplog.set_level("INFO")
    analytics.count(CLIC)
    port = await panel_for(analytics.url)

    async with watch(port) as viewer:
        await first_state(viewer)
        await analytics.stop()
        offline = (await messages_until(viewer, is_offline))[-1]
        async with watch(port) as newcomer:
            snapshot = json.loads(await newcomer.recv())
        analytics.count(CLIC)
        await analytics.start()
        back = await messages_until(viewer, is_online)

    assert offline["datos_de"] <= offline["ahora"]
    assert offline["broker"] is None
    assert snapshot["total"] == 1
    assert [m["total"] for m in back if m["tipo"] == "cambio"] == [2]
    told = [r.message for r in caplog.records if r.name == "panel.poller"]
    assert [m for m in told if m == "analytics are en_linea"] == ["analytics are en_linea"] * 2
    assert "showing what was read" in next(m for m in told if "caida" in m)


async def test_without_analytics_a_viewer_is_told_so(panel_for, watch, free_port):
    """The first message then is a heartbeat that says that there is nothing yet."""
    port = await panel_for(f"http://127.0.0.1:{free_port()}")

    async with watch(port) as viewer:
        first = json.loads(await viewer.recv())

    assert (first["analiticas"], first["datos_de"]) == ("caida", None)


async def test_a_new_epoca_is_a_new_snapshot(analytics, panel_for, watch):
    """When counting starts from nothing, every viewer is given everything anew."""
    analytics.count(CLIC, CLIC)
    port = await panel_for(analytics.url)

    async with watch(port) as viewer:
        await first_state(viewer)
        await analytics.stop()
        analytics.begin("otra")
        analytics.count(CLIC)
        await analytics.start()
        fresh = (await messages_until(viewer, lambda m: m["tipo"] == "instantanea"))[-1]

    assert (fresh["epoca"], fresh["total"]) == ("otra", 1)


async def test_a_change_of_the_broker_is_told_at_once(analytics, panel_for, watch):
    """Not only every 5 s: a heartbeat follows a change of what it tells."""
    port = await panel_for(analytics.url)

    async with watch(port) as viewer:
        await messages_until(viewer, is_online)
        analytics.live.vitals.broker_is("bloqueado")
        told = await messages_until(viewer, lambda m: m.get("broker") == "bloqueado", seconds=4)
        analytics.live.vitals.almacen = "en_pausa"
        told += await messages_until(viewer, lambda m: m.get("almacen") == "en_pausa", seconds=4)

    assert len(told) == 2


class Faulty:
    """Answers like no analytics should; the test says what."""

    def __init__(self):
        self.answer = {}
        self.drip = False

    async def __call__(self, reader, writer):
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

    async def _write(self, writer, status, body, headers=""):
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        writer.write(head.encode("latin-1"))
        while self.drip and not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.05)
        writer.write(body)
        await writer.drain()


@pytest.fixture
async def faulty(contract):
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
async def test_a_wrong_answer_is_an_absence(faulty, panel_for, watch, caplog, path, answer, reason):
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


async def test_an_answer_in_drips_is_an_absence(faulty, panel_for, watch, monkeypatch):
    """A byte now and then is no answer, though each comes in time."""
    monkeypatch.setattr("poller.ANSWER_WITHIN", 0.3)
    port = await panel_for(faulty.url)

    async with watch(port) as viewer:
        await first_state(viewer)
        faulty.drip = True
        await messages_until(viewer, is_offline)
        faulty.drip = False
        await messages_until(viewer, is_online)


async def test_an_etag_that_cannot_be_sent_is_not_kept(faulty, panel_for, watch):
    """A header in Latin-1 does no harm."""
    status, body = faulty.answer["/reporte"]
    faulty.answer["/reporte"] = (status, body, 'ETag: "ñ"\r\n')
    port = await panel_for(faulty.url)

    async with watch(port) as viewer:
        await first_state(viewer)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads Linux's /proc")
async def test_a_long_absence_leaks_nothing(panel_for, monkeypatch, soon):
    """After a thousand failures there are as many open files and tasks as after a few."""
    monkeypatch.setattr("poller.RETRY_AFTER", 0)
    connections = 0

    async def hang_up(_, writer):
        nonlocal connections
        connections += 1
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        await panel_for(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await soon(lambda: connections >= 20)
        files, tasks = open_files(), len(asyncio.all_tasks())
        await soon(lambda: connections >= 1000, seconds=60)

        assert open_files() <= files + 4
        assert len(asyncio.all_tasks()) <= tasks + 2


def open_files():
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))
