"""From the analytics' HTTP to viewers, over real sockets."""

import asyncio
import json
from collections.abc import Callable

import pytest

from reading import poller
from tests.heard_messages import first_state, is_offline, is_online, messages_until
from tests.panel.conftest import Analytics, PanelFor, Soon, Watch

CLIC = {"cliente": "cliente_uno", "evento": "clic"}


async def test_a_viewer_sees_the_report_and_its_changes(
    analytics: Analytics, panel_for: PanelFor, watch: Watch
) -> None:
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


async def test_quiet_sends_nothing(analytics: Analytics, panel_for: PanelFor, watch: Watch) -> None:
    """A report that does not change costs no message, however often it is asked for."""
    analytics.count(CLIC)
    port = await panel_for(analytics.url)

    async with watch(port) as viewer:
        await first_state(viewer)
        asked = len(analytics.requests)
        with pytest.raises(TimeoutError):
            await messages_until(viewer, lambda m: True, seconds=2.5)

    assert 3 <= len(analytics.requests) - asked <= 10


async def test_asks_as_agreed(analytics: Analytics, panel_for: PanelFor, watch: Watch) -> None:
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


async def test_no_proxy_of_the_web_is_asked(
    analytics: Analytics,
    panel_for: PanelFor,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    free_port: Callable[[], int],
) -> None:
    """A proxy in the environment is for the internet, not for our own services."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    port = await panel_for(analytics.url)

    async with watch(port) as viewer:
        await first_state(viewer)


async def test_a_stream_of_events_is_at_most_forty_frames_a_second(
    analytics: Analytics, panel_for: PanelFor, watch: Watch
) -> None:
    """Whatever the rate of events, a viewer gets a frame every 25 ms at most."""
    analytics.count(CLIC)
    port = await panel_for(analytics.url)
    clock = asyncio.get_running_loop().time

    async with watch(port) as viewer:
        await first_state(viewer)
        started = clock()
        while clock() < started + 1:
            analytics.count(CLIC)
            await asyncio.sleep(0.001)
        analytics.count({"cliente": "ultimo"})
        received = await messages_until(viewer, lambda m: "ultimo" in m.get("clientes", {}))
        frames = [m for m in received if m["tipo"] == "cambio"]

    assert len(frames) <= (clock() - started) / 0.025 + 1
    assert frames[-1]["total"] == analytics.report()["total"]


async def test_an_absence_is_told_and_ends_by_itself(
    analytics: Analytics, panel_for: PanelFor, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
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


async def test_without_analytics_a_viewer_is_told_so(
    panel_for: PanelFor, watch: Watch, free_port: Callable[[], int]
) -> None:
    """The first message then is a heartbeat that says that there is nothing yet."""
    port = await panel_for(f"http://127.0.0.1:{free_port()}")

    async with watch(port) as viewer:
        first = json.loads(await viewer.recv())

    assert (first["analiticas"], first["datos_de"]) == ("caida", None)


async def test_analytics_that_start_as_well_are_a_warning_only_when_they_are_late(
    panel_for: PanelFor,
    free_port: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    soon: Soon,
) -> None:
    """Their absence is told once as information, and once as a warning when it lasts."""
    caplog.set_level("INFO")

    def levels() -> list[str]:
        return [r.levelname for r in caplog.records if "caida" in r.message]

    await panel_for(f"http://127.0.0.1:{free_port()}")
    await soon(lambda: levels() == ["INFO"])
    monkeypatch.setattr(poller, "STARTING_SECONDS", 0.0)
    await soon(lambda: levels() == ["INFO", "WARNING"])


async def test_a_new_epoca_is_a_new_snapshot(
    analytics: Analytics, panel_for: PanelFor, watch: Watch
) -> None:
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


async def test_a_change_of_the_broker_is_told_at_once(
    analytics: Analytics, panel_for: PanelFor, watch: Watch
) -> None:
    """Not only every 5 s: a heartbeat follows a change of what it tells."""
    port = await panel_for(analytics.url)

    async with watch(port) as viewer:
        await messages_until(viewer, is_online)
        analytics.live.vitals.escritura = "bloqueada"
        told = await messages_until(viewer, lambda m: m.get("broker") == "bloqueado", seconds=4)
        analytics.live.vitals.almacen = "en_pausa"
        told += await messages_until(viewer, lambda m: m.get("almacen") == "en_pausa", seconds=4)

    assert len(told) == 2


async def test_another_one_is_asked(
    analytics: Analytics, panel_for: PanelFor, watch: Watch, free_port: Callable[[], int]
) -> None:
    """Of several analytics one that goes is left without a word, and one that tells of the past."""
    other = Analytics(free_port())
    await other.start()
    for one in (analytics, other):
        one.count(CLIC)
    port = await panel_for(f"{analytics.url},{other.url}")
    async with watch(port) as viewer:
        await first_state(viewer)
        await analytics.stop()
        other.count(CLIC)
        heard = await messages_until(viewer, lambda m: m.get("version") == 2)
        assert not any(is_offline(m) for m in heard)

        await analytics.start()  # and knows nothing of the second event
        await other.stop()
        await messages_until(viewer, is_offline)
        await other.start()
        other.count(CLIC)
        later = await messages_until(viewer, lambda m: m.get("version") == 3)

    assert [m["version"] for m in heard + later if m["tipo"] != "latido"] == [2, 3]
    await other.stop()
