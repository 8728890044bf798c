import html
import json
import shlex
from pathlib import Path

import pytest
from quart.testing import QuartClient
from quart.testing.connections import WebsocketResponseError

from page.panel_http import create_app
from page.start_page import Account
from push.access.origin_rule import OriginRule
from push.hub import Hub
from reading.relay import Relay
from tests.panel.conftest import Contract

STATE = b'{"instantanea":null,"latido":{"tipo":"latido"}}'


@pytest.fixture
def hub() -> Hub:
    return Hub(OriginRule(8080))


@pytest.fixture
def client(tmp_path: Path, hub: Hub) -> QuartClient:
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "main.js").write_text("let a;")
    relay = Relay(["http://127.0.0.1:9"])
    app = create_app(tmp_path, hub, lambda: STATE, relay, ["https://wall.example"])
    return QuartClient(app)


async def test_serves_the_page_and_its_files(client: QuartClient) -> None:
    """The page at the root, its files below static, each with its type."""
    page = await client.get("/")
    script = await client.get("/static/js/main.js")

    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    assert (script.status_code, script.content_type) == (200, "text/javascript; charset=utf-8")
    assert await script.get_data() == b"let a;"


async def test_says_nothing_of_alerts_where_nobody_watches(client: QuartClient) -> None:
    """A panel without an alert service is no fault, and a browser must not take it for one."""
    answer = await client.get("/avisos")

    assert (answer.status_code, await answer.get_data()) == (204, b"")


async def test_the_page_tells_account_and_port(tmp_path: Path, hub: Hub) -> None:
    """The command for a first event is right for this broker, however strange its account."""
    (tmp_path / "index.html").write_text("<code>publish --port 5672 --username pulso -e x</code>")
    strange = Account("<b>'; id", 5700)
    relay = Relay(["http://127.0.0.1:9"])
    client = create_app(tmp_path, hub, lambda: STATE, relay, (), strange).test_client()

    page = await client.get("/")
    again = await client.get("/", headers={"If-None-Match": page.headers["ETag"]})

    shown = html.unescape(await page.get_data(as_text=True))
    words = shlex.split(shown.removeprefix("<code>").removesuffix("</code>"))
    assert words == ["publish", "--port", "5700", "--username", "<b>'; id", "-e", "x"]
    assert "<b>" not in await page.get_data(as_text=True)
    assert again.status_code == 304


async def test_a_file_that_is_known_is_not_sent_again(client: QuartClient) -> None:
    """A browser asks each time, and is told in a few bytes that it has the newest."""
    first = await client.get("/static/js/main.js")
    again = await client.get("/static/js/main.js", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, await again.get_data()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/static/js/main.js", 200),
        ("GET", "/estado.json", 200),
        ("GET", "/livez", 200),
        ("GET", "/static/none.js", 404),
        ("GET", "/static//js/main.js", 404),  # not a redirect for good, which would forget /panel
        ("GET", "/static/%2e%2e/secret.json", 404),
        ("GET", "/nowhere", 404),
        ("POST", "/", 405),
        ("DELETE", "/static/js/main.js", 405),
        ("OPTIONS", "/", 405),
        ("GET", "/historia", 503),
        ("GET", "/habitual", 503),
        ("GET", "/historia?" + "a" * 2000, 400),
    ],
)
async def test_every_answer_is_strict(
    client: QuartClient, contract: Contract, method: str, path: str, status: int
) -> None:
    """The page loads only its own files, runs no inline script, is framed by whom we let."""
    answer = await client.open(path, method=method)

    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert answer.status_code == status
    assert {"default-src 'none'", "script-src 'self'", "trusted-types 'none'"} <= set(policy)
    assert "frame-ancestors 'self' https://wall.example" in policy
    assert "unsafe" not in str(policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    if status >= 400:
        assert answer.mimetype == "application/problem+json"
        assert json.loads(await answer.get_data()).keys() == contract("problema").keys()


async def test_a_wrong_method_is_told_the_right_ones(client: QuartClient) -> None:
    """405 comes with Allow."""
    answer = await client.post("/")

    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


async def test_the_state_is_always_fresh(client: QuartClient) -> None:
    """The fallback is neither kept nor shared by caches."""
    answer = await client.get("/estado.json")

    assert (await answer.get_data(), answer.headers["Cache-Control"]) == (STATE, "no-store")


async def test_is_ready_until_it_stops(client: QuartClient, hub: Hub) -> None:
    """Ready without analytics, since the page then says so; not while it stops."""
    assert (await client.get("/readyz")).status_code == 200

    hub.closing = True

    assert (await client.get("/readyz")).status_code == 503


async def test_the_websocket_is_not_here(client: QuartClient) -> None:
    """Who asks the page's port for a WebSocket is refused, as strictly as everyone."""
    with pytest.raises(WebsocketResponseError) as refused:
        async with client.websocket("/ws") as socket:
            await socket.receive()

    assert refused.value.response.status_code == 404
    assert "Content-Security-Policy" in refused.value.response.headers
