"""What viewers read of the analytics through the panel, on the analytics' own HTTP side."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from reading.relay import AT_ONCE, MAX_ANSWER, MAX_KEPT, Relay, UnavailableError
from reading.usual_questions import USUAL
from tests.panel.conftest import Analytics, Soon

PATH = "/reporte?limite=3"
Instead = Callable[[Callable[[str], bytes]], Awaitable[None]]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def relay(analytics: Analytics, clock: Clock) -> AsyncIterator[Relay]:
    relay = Relay([analytics.url], clock)
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(0)
    yield relay
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def instead(analytics: Analytics) -> AsyncIterator[Instead]:
    """Puts a server that answers as it is told into the analytics' place."""
    await analytics.stop()
    writers: list[asyncio.StreamWriter] = []
    servers: list[asyncio.Server] = []

    async def start(answer: Callable[[str], bytes]) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode()
                    writer.write(answer(head))

        servers.append(await asyncio.start_server(serve, "127.0.0.1", analytics.port))

    yield start
    for server in servers:
        server.close()
    for writer in writers:
        writer.close()
    await asyncio.sleep(0.01)


async def total(relay: Relay, target: str = PATH) -> int:
    answer, _ = await relay.get(target)
    return int(json.loads(answer.body)["total"])


async def test_many_who_ask_at_once_are_one_question(relay: Relay, analytics: Analytics) -> None:
    """A hundred viewers with the same query cost the analytics one call."""
    analytics.count({"cliente": "a"})

    totals = await asyncio.gather(*(total(relay) for _ in range(100)))

    assert totals == [1] * 100
    assert len(analytics.requests) == 1


async def test_it_asks_again_after_a_second(
    relay: Relay, analytics: Analytics, clock: Clock
) -> None:
    """Within a second the answer stays; after it, it is the newest."""
    assert await total(relay) == 0
    analytics.count({"cliente": "a"})

    clock.now += 0.9
    assert await total(relay) == 0
    clock.now += 0.2
    assert await total(relay) == 1


async def test_the_last_good_answer_stays_and_ages(
    relay: Relay, analytics: Analytics, clock: Clock
) -> None:
    """While the analytics are away viewers get what was read last, with its age."""
    analytics.count({"cliente": "a"})
    assert await total(relay) == 1
    await analytics.stop()
    clock.now += 60

    answer, age = await relay.get(PATH)

    assert (json.loads(answer.body)["total"], age) == (1, 60)


async def test_without_any_answer_it_says_so(relay: Relay, analytics: Analytics) -> None:
    """There is nothing to give when the analytics are away from the start."""
    await analytics.stop()

    with pytest.raises(UnavailableError):
        await relay.get(PATH)


async def test_a_refusal_is_passed_on(relay: Relay) -> None:
    """Which parameters are right is the analytics' to say."""
    answer, _ = await relay.get("/reporte?limite=0")

    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert b"limite" in answer.body


async def test_a_viewer_that_leaves_takes_nobodys_answer(
    relay: Relay, analytics: Analytics
) -> None:
    """The question goes on when the one who asked first hangs up."""
    first = asyncio.create_task(relay.get(PATH))
    await asyncio.sleep(0)
    second = asyncio.create_task(total(relay))
    await asyncio.sleep(0)

    first.cancel()

    assert await second == 0
    assert len(analytics.requests) == 1


async def test_what_is_kept_is_bounded(relay: Relay, analytics: Analytics) -> None:
    """However many distinct questions come, only the newest answers stay."""
    for n in range(MAX_KEPT + 20):
        await relay.get(f"/reporte?limite={n + 1}")
    await relay.get(f"/reporte?limite={MAX_KEPT + 20}")

    assert len(relay._questions) == MAX_KEPT
    assert len(analytics.requests) == MAX_KEPT + 20


async def test_questions_at_once_are_bounded(
    relay: Relay, analytics: Analytics, soon: Soon
) -> None:
    """Frozen analytics are asked few things at once, and those who ask too much are told."""
    await analytics.stop()
    asked_of: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    frozen = await asyncio.start_server(
        lambda *pair: asked_of.append(pair), "127.0.0.1", analytics.port
    )
    asking = [asyncio.create_task(relay.get(f"/x?{n}")) for n in range(MAX_KEPT)]
    await soon(lambda: len(asked_of) == AT_ONCE)

    with pytest.raises(UnavailableError):
        await relay.get("/y")

    assert len(asked_of) == AT_ONCE
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    for _, writer in asked_of:
        writer.close()
    frozen.close()


async def test_a_crowd_that_has_left_is_in_nobodys_way(
    relay: Relay, instead: Instead, soon: Soon
) -> None:
    """What nobody waits for any more is not asked, and the same question may come again."""
    told: list[str] = []

    def answer(head: str) -> bytes:
        told.append(head)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" if crowd_left else b""

    crowd_left = False
    await instead(answer)
    crowd = [asyncio.create_task(relay.get(f"/x?{n}")) for n in range(MAX_KEPT)]
    await soon(lambda: len(told) == AT_ONCE)

    for visitor in crowd:
        visitor.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    crowd_left = True

    for target in ("/y", "/x?0", f"/x?{MAX_KEPT - 1}"):
        found, _ = await relay.get(target)
        assert found.body == b"{}"


async def test_usual_questions_are_answered_beside_any_others(
    relay: Relay, instead: Instead, soon: Soon
) -> None:
    """What every page asks for waits behind nobody's own questions, however many and dear."""
    told: list[str] = []

    def answer(head: str) -> bytes:
        told.append(head)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" if "por=" in head else b""

    await instead(answer)
    others = [asyncio.create_task(relay.get(f"/reporte/historia?{n}")) for n in range(MAX_KEPT)]
    await soon(lambda: len(told) == AT_ONCE)

    answers = [await relay.get(f"/reporte/historia?{question}") for question in sorted(USUAL)]

    assert [answer.body for answer, _ in answers] == [b"{}"] * len(USUAL)
    assert {"priority: u=0" in head.lower() for head in told if "por=" in head} == {True}
    assert {"priority" in head.lower() for head in told if "por=" not in head} == {False}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def test_the_usual_questions_are_the_pages() -> None:
    """tests/page/history.test.js holds the page to the same."""
    contract = Path(__file__).parents[1] / "contracts" / "preguntas.json"

    assert set(json.loads(contract.read_text())) == USUAL


async def test_an_older_answer_is_better_than_none(
    relay: Relay, instead: Instead, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who would wait long for analytics that are busy gets what was last read, with its age."""
    monkeypatch.setattr("reading.relay.OLD_AFTER", 0.01)
    answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" + b'{"total":3}', b""]
    await instead(lambda head: answers.pop(0))
    await relay.get(PATH)
    clock.now += 7

    answer, age = await relay.get(PATH)

    assert (json.loads(answer.body)["total"], age) == (3, 7)


async def test_busy_analytics_are_said_to_be_busy(relay: Relay, instead: Instead) -> None:
    """They are not away, and asking less helps."""
    await instead(lambda _: b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")

    with pytest.raises(UnavailableError, match="too many questions"):
        await relay.get(PATH)


async def test_an_answer_that_is_too_large_says_so(relay: Relay, instead: Instead) -> None:
    """And what to ask instead."""
    size = MAX_ANSWER + 1
    large = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size
    await instead(lambda _: large)

    answer, _ = await relay.get("/reporte/historia?formato=csv")

    assert answer.status == 400
    assert "larger than 4 MiB" in json.loads(answer.body)["detail"]
