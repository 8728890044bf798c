"""Who becomes a viewer."""

import logging
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from push.access.origin_rule import OriginRule
from tests.panel.conftest import HubOn, Soon, Watch
from tests.raw_viewer import connect_raw, everything


@pytest.fixture(autouse=True)
def _nothing_unforeseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever viewers do, no error escapes into asyncio or the library."""
    yield
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


ORIGINS = [
    "null",
    "http://evil.example",
    "http://evil.example:8080",
    "http://localhost",
    "http://localhost:8081",
    "http://localhost:8080.evil.example",
    "http://localhost:8080@evil.example",
    "http://127.0.0.2:8080",
    "HTTP://localhost:8080",
    "http://localhost:8080/",
    "https://good.evil.com",
    "file://",
]


@pytest.mark.parametrize("origin", ORIGINS)
async def test_pages_of_other_origins_are_refused(hub_on: HubOn, watch: Watch, origin: str) -> None:
    """None of twelve forms of a foreign origin gets in."""
    _, port = await hub_on(OriginRule(8080, ["https://good.example"]))

    with pytest.raises(InvalidStatus) as refused:
        async with watch(port, origin=origin):
            pass

    assert refused.value.response.status_code == 403


async def test_the_refusal_says_what_to_do(hub_on: HubOn, watch: Watch) -> None:
    """A refused page can tell its user which line lets it in."""
    _, port = await hub_on()

    with pytest.raises(InvalidStatus) as refused:
        async with watch(port, origin="http://10.0.0.7:8080"):
            pass

    assert b"PANEL_ORIGENES=http://10.0.0.7:8080" in refused.value.response.body


@pytest.mark.parametrize("origin", ["http://localhost:8080", "https://good.example", None])
async def test_own_pages_and_programs_are_let_in(
    hub_on: HubOn, watch: Watch, origin: str | None
) -> None:
    """This machine's page, a listed one, and who has no origin."""
    hub, port = await hub_on(OriginRule(8080, ["https://good.example"]))
    await hub.publish(b"hola", None)

    async with watch(port, origin=origin) as viewer:
        assert await viewer.recv() == "hola"


async def test_compression_is_never_agreed_on(hub_on: HubOn, watch: Watch) -> None:
    """A client that offers it gets none, so that no small frame can inflate to a large one."""
    _, port = await hub_on()

    async with watch(port, compression="deflate") as viewer:
        assert viewer.response
        assert "Sec-WebSocket-Extensions" not in viewer.response.headers


async def test_a_crowd_of_strangers_is_cut_without_a_word(hub_on: HubOn, soon: Soon) -> None:
    """Connections far beyond the viewers cost nothing more than their end."""
    hub, port = await hub_on(viewers=3, strangers=2)
    streams = [await connect_raw(port, b"GET") for _ in range(5)]
    await soon(lambda: len(hub) == 5)

    reader, writer = await connect_raw(port)

    assert await everything(reader) == b""
    assert hub.cuts["crowd"] == 1
    for _, stream in [*streams, (reader, writer)]:
        stream.close()


async def test_viewers_of_one_address_can_be_limited(
    hub_on: HubOn, watch: Watch, soon: Soon
) -> None:
    """Behind one trusted proxy, the address that the proxy saw counts, not what a client claims."""
    hub, port = await hub_on(per_address=1, trusted_hops=1)
    mine = {"X-Forwarded-For": "6.6.6.6, 10.0.0.7"}
    spoofed = {"X-Forwarded-For": "7.7.7.7, 10.0.0.7"}
    async with watch(port, additional_headers=mine):
        with pytest.raises(InvalidStatus) as refused:
            async with watch(port, additional_headers=spoofed):
                pass
        assert refused.value.response.status_code == 429
        async with watch(port, additional_headers={"X-Forwarded-For": "10.0.0.8"}):
            pass
    await soon(lambda: not len(hub))
    async with watch(port, additional_headers=mine):
        pass


async def test_a_storm_is_told_to_come_later(hub_on: HubOn, watch: Watch) -> None:
    """Handshakes beyond the burst get 503 and a time to wait."""
    _, port = await hub_on(handshakes_burst=2, handshakes_per_second=0.001)
    async with watch(port), watch(port):
        with pytest.raises(InvalidStatus) as refused:
            async with watch(port):
                pass

    assert refused.value.response.status_code == 503
    assert refused.value.response.headers["Retry-After"] == "5"
