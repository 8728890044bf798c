"""Panels that read from a panel, over real sockets."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, NamedTuple

import httpx
import pytest

from comun.service_answer import InvalidAnswerError
from counting.totals import Totals
from feeding.feed_http import create_feed
from messages.descent import AGE, MOST_PANELS, PANELS, STATE, Descent, descent_of, headers_of
from page.page_server import serve_page
from push.heartbeat import Heartbeat
from push.listening_socket import listen
from push.pace import Pace
from push.pusher import Pusher
from reading import poller
from reading.kept_report import KeptReport
from reading.poller import Poller
from reading.relay import Relay
from tests.heard_messages import first_state, is_offline, is_online, messages_until
from tests.panel.conftest import Analytics, HubOn, Soon, Watch

STREAMED = 20
CLIC = {"cliente": "cliente_uno", "evento": "clic"}


class Panel(NamedTuple):
    """*port* is for viewers, *url* for other panels."""

    port: int
    url: str
    tasks: list[asyncio.Task[Any]]
    stopping: asyncio.Event

    async def stop(self) -> None:
        self.stopping.set()
        for task in self.tasks[1:]:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


PanelOn = Callable[..., Awaitable[Panel]]


@pytest.fixture
async def panel_on(hub_on: HubOn, free_port: Callable[[], int]) -> AsyncIterator[PanelOn]:
    """Starts the parts of a panel that reads from a URL; each is stopped at the end."""
    started: list[Panel] = []

    async def start(*urls: str, feed_port: int = 0) -> Panel:
        hub, port = await hub_on()
        heartbeat, pace = Heartbeat(hub, analytics=len(urls)), Pace()
        kept, relay = KeptReport(), Relay(urls)
        reader = Poller(urls, pace, Pusher(hub, pace), heartbeat, kept)
        listener, stopping = listen("127.0.0.1", feed_port), asyncio.Event()
        feed = f"http://127.0.0.1:{listener.getsockname()[1]}"
        serving = serve_page(create_feed(kept, heartbeat, relay), listener, 64, (), stopping)
        parts = (serving, reader.run(), heartbeat.run(), relay.run())
        panel = Panel(port, feed, [asyncio.create_task(part) for part in parts], stopping)
        started.append(panel)
        return panel

    yield start
    for panel in started:
        await panel.stop()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


async def test_an_event_comes_through_both(
    analytics: Analytics, panel_on: PanelOn, watch: Watch
) -> None:
    """A viewer of the second panel gets what one of the first gets, change by change."""
    analytics.count(CLIC)
    first = await panel_on(analytics.url)
    second = await panel_on(first.url)

    async with watch(second.port) as viewer:
        *heard, beat = await messages_until(viewer, is_online)
        analytics.count(CLIC)
        change = (await messages_until(viewer, lambda m: m["tipo"] != "latido"))[-1]

    assert [m["total"] for m in heard if m["tipo"] != "latido"] == [1]
    assert (change["previa"], change["total"]) == (1, 2)
    assert beat["broker"] == "conectado"


async def test_how_many_count_is_told_by_who_knows(
    analytics: Analytics, panel_on: PanelOn, watch: Watch
) -> None:
    """Two panels over two analytics, of which one is away; behind both of them is a third panel."""
    analytics.count(CLIC)
    away = "http://127.0.0.1:9"
    first, second = [await panel_on(analytics.url, away) for _ in range(2)]
    behind_one, behind_both = await panel_on(first.url), await panel_on(first.url, second.url)
    alone = await panel_on(analytics.url)
    behind_both_of_one = await panel_on(alone.url, alone.url)
    shown = []

    for panel in (first, behind_one, behind_both, behind_both_of_one):
        async with watch(panel.port) as viewer:
            shown.append((await messages_until(viewer, is_online))[-1]["instancias"])

    assert shown == [*[{"total": 2, "en_linea": 1}] * 3, {"total": 1, "en_linea": 1}]


async def test_twenty_cost_the_analytics_as_much_as_one(
    analytics: Analytics, panel_on: PanelOn, watch: Watch, soon: Soon
) -> None:
    """They ask the panel; each shows what is counted."""
    analytics.count(CLIC)
    first = await panel_on(analytics.url)
    others = [await panel_on(first.url) for _ in range(20)]
    async with AsyncExitStack() as stack:
        viewers = [await stack.enter_async_context(watch(other.port)) for other in others]
        for viewer in viewers:
            await first_state(viewer)
        async with watch(first.port) as quiet:
            asked = len(analytics.requests)
            with pytest.raises(TimeoutError):
                await messages_until(quiet, lambda m: m["tipo"] == "cambio", seconds=2.5)
            quiet_requests = len(analytics.requests) - asked
        analytics.count(CLIC)
        for viewer in viewers:
            change = (await messages_until(viewer, lambda m: m["tipo"] == "cambio"))[-1]
            assert change["total"] == 2

    assert 3 <= quiet_requests <= 10  # test_poller.py: a panel without any behind it


def shows(total: int, message: Mapping[str, Any]) -> bool:
    return bool(message.get("total") == total)


async def test_twenty_cost_as_much_as_one_while_events_stream(
    analytics: Analytics, panel_on: PanelOn, watch: Watch
) -> None:
    """Each change is asked for once, by the panel in front."""
    analytics.count(CLIC)
    first = await panel_on(analytics.url)
    last = [await panel_on(first.url) for _ in range(20)][-1]
    async with watch(last.port) as viewer:
        await first_state(viewer)
        asked = len(analytics.requests)
        for total in range(2, STREAMED + 2):
            analytics.count(CLIC)
            await messages_until(viewer, partial(shows, total))
        requests = len(analytics.requests) - asked

    assert STREAMED // 2 <= requests <= 3 * STREAMED


async def test_the_age_is_that_of_the_source(
    analytics: Analytics, panel_on: PanelOn, watch: Watch
) -> None:
    """While the analytics are away both panels say so, and since when, also to who comes later."""
    analytics.count(CLIC)
    first = await panel_on(analytics.url)
    second = await panel_on(first.url)

    async with watch(first.port) as near, watch(second.port) as far:
        await first_state(near)
        await first_state(far)
        await analytics.stop()
        beats = [(await messages_until(each, is_offline))[-1] for each in (near, far)]
        third = await panel_on(second.url)
        async with watch(third.port) as newcomer:
            heard = await messages_until(
                newcomer, lambda m: is_offline(m) and m["datos_de"] is not None
            )
        analytics.count(CLIC)
        await analytics.start()
        back = await messages_until(far, is_online)

    ages = [datetime.datetime.fromisoformat(beat["datos_de"]) for beat in (*beats, heard[-1])]
    assert max(ages) - min(ages) < datetime.timedelta(seconds=0.2)
    assert [m["total"] for m in back if m["tipo"] == "cambio"] == [2]
    assert beats[1]["broker"] is None


async def test_a_panel_that_ends_is_missed_and_found_again(
    analytics: Analytics, panel_on: PanelOn, watch: Watch
) -> None:
    """The second shows what it has as old, and goes on with the next at that address."""
    analytics.count(CLIC)
    first = await panel_on(analytics.url)
    second = await panel_on(first.url)

    async with watch(second.port) as viewer:
        await first_state(viewer)
        await first.stop()
        await messages_until(viewer, is_offline)
        analytics.count(CLIC)
        await panel_on(analytics.url, feed_port=int(first.url.rpartition(":")[2]))
        back = await messages_until(viewer, is_online)

    assert [m["total"] for m in back if m["tipo"] == "cambio"] == [2]


async def test_a_circle_is_refused_until_it_is_none(
    analytics: Analytics,
    panel_on: PanelOn,
    watch: Watch,
    soon: Soon,
    http: httpx.AsyncClient,
    free_port: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever finds itself among those it reads from says so, in its log and to who asks it."""
    analytics.count(CLIC)
    port = free_port()
    first = await panel_on(f"http://127.0.0.1:{port}")
    second = await panel_on(first.url, feed_port=port)

    def told() -> list[str]:
        return [r.message for r in caplog.records if "leads back to this panel" in r.message]

    await soon(told)
    answers = [await http.get(f"{panel.url}/reporte") for panel in (first, second)]
    refusal = next(answer for answer in answers if answer.status_code == 508)
    await second.stop()
    await panel_on(analytics.url, feed_port=port)
    async with watch(first.port) as viewer:
        (snapshot,) = await first_state(viewer)

    assert "one of them must read from the analytics service" in told()[0]
    assert refusal.headers["Content-Type"] == "application/problem+json"
    assert "leads back to this panel" in refusal.json()["detail"]
    assert {answer.status_code for answer in answers} <= {503, 508}
    assert snapshot["total"] == 1


async def test_a_panel_that_reads_itself_is_a_circle(
    panel_on: PanelOn, soon: Soon, free_port: Callable[[], int], caplog: pytest.LogCaptureFixture
) -> None:
    """The shortest there is."""
    port = free_port()
    await panel_on(f"http://127.0.0.1:{port}", feed_port=port)

    await soon(lambda: any("leads back to this panel, through 0" in m for m in caplog.messages))


async def test_what_viewers_ask_comes_through_with_its_age(
    analytics: Analytics, panel_on: PanelOn, http: httpx.AsyncClient
) -> None:
    """The ages that panels have kept an answer for add up."""
    first = await panel_on(analytics.url)
    second = await panel_on(first.url)
    asked = f"{second.url}/reporte/rechazados"

    fresh = await http.get(asked)
    await analytics.stop()
    await asyncio.sleep(0)
    relay = Relay([second.url], lambda: 100.0)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0)
    _, age = await relay.get("/reporte/rechazados")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert (fresh.status_code, fresh.json()) == (200, {"rechazados": 0} | fresh.json())
    assert age >= 0


async def test_only_what_a_panel_reads_is_served(
    analytics: Analytics, panel_on: PanelOn, watch: Watch, http: httpx.AsyncClient
) -> None:
    """One list, with what a condition and a wait ask for; nothing else of the analytics."""
    analytics.count(CLIC)
    panel = await panel_on(analytics.url)
    async with watch(panel.port) as viewer:
        await first_state(viewer)
    report = await http.get(f"{panel.url}/reporte?limite=1000")
    same = {"If-None-Match": report.headers["ETag"]}
    unchanged = await http.get(f"{panel.url}/reporte", headers=same)
    waited = asyncio.create_task(
        http.get(f"{panel.url}/reporte", headers={**same, "Prefer": "wait=5"})
    )
    await asyncio.sleep(0.05)
    analytics.count(CLIC)
    changed = await waited
    others = [
        (await http.get(f"{panel.url}{path}")).status_code
        for path in ("/reporte?limite=5", "/reporte/libro", "/", "/estado.json", "/metrics")
    ]

    assert report.json() == analytics.report() | {"version": 1, **report.json()}
    assert unchanged.status_code == 304
    assert (changed.json()["total"], changed.headers["Preference-Applied"]) == (2, "wait=5")
    assert others == [400, 404, 404, 404, 404]
    assert float(report.headers[AGE]) < 5
    assert report.headers[STATE] == "en_linea"


def test_headers_are_read_as_they_are_written() -> None:
    """And what comes from the analytics, which says nothing of it, is as of now."""
    descent = Descent(1.25, False, ("a", "b"))

    assert descent_of(headers_of(descent)) == descent
    assert descent_of({}) == Descent()


@pytest.mark.parametrize(
    "headers",
    [
        {AGE: "soon"},
        {AGE: "-1"},
        {AGE: "nan"},
        {AGE: "inf"},
        {PANELS: ", ".join("abcdefghi"[: MOST_PANELS + 1])},
        {PANELS: "a" * 65},
    ],
)
def test_headers_that_make_no_sense_are_an_invalid_answer(headers: dict[str, str]) -> None:
    """Whatever calls itself a panel there."""
    with pytest.raises(InvalidAnswerError):
        descent_of(headers)


async def test_an_older_report_is_not_shown(
    analytics: Analytics,
    panel_on: PanelOn,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of several that answer one may be behind: no number falls, and what lasts is told."""
    monkeypatch.setattr(poller, "OLDER_SECONDS", 0.4)
    for _ in range(3):
        analytics.count(CLIC)
    panel = await panel_on(analytics.url)

    async with watch(panel.port) as viewer:
        await first_state(viewer)
        analytics.live.totals = Totals("b1f0")
        analytics.count(CLIC)
        heard = await messages_until(viewer, is_offline)
        async with watch(panel.port) as newcomer:
            snapshot = json.loads(await newcomer.recv())
        for _ in range(3):
            analytics.count(CLIC)
        caught_up = await messages_until(viewer, is_online)

    assert {m["tipo"] for m in heard} == {"latido"}
    assert snapshot["total"] == 3
    assert [m["total"] for m in caught_up if m["tipo"] != "latido"] == [4]
