"""The examples, each run as its reader would run it, all on one chain."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tests.chain_stack import Chain
from tests.contracts.asyncapi_document import channel
from tests.examples.client_programs import (
    EXAMPLES,
    LANGUAGES,
    SOURCES,
    constant,
    need,
    run,
    waits,
)
from tests.foreign_publisher import publish, read, wait_for
from tests.stack import Part

PANEL = channel("panel")
STORY = [
    "the proxy did not know its routes: 404",
    "the panel was restarted: 1012",
    "the panel was killed: 1006",
]
MOST_LINES = {".py": 160, ".mjs": 110, ".java": 300}  # the JDK reads no JSON


@pytest.mark.parametrize("path", [*SOURCES.values(), EXAMPLES / "logger" / "logger.py"])
def test_examples_are_short(path: Path) -> None:
    """An example is read in one go."""
    assert len(path.read_text().splitlines()) <= MOST_LINES[path.suffix]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_client_sends(chain: Chain, language: str) -> None:
    """An event is answered when it is safe, and is counted."""
    need(language)
    before = read(chain.report_url)

    done = run(language, "send", chain.origin)

    assert json.loads(done.stdout)["aceptados"] == 1, done.stderr
    wait_for(chain.report_url, lambda report: report["total"] == before["total"] + 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_client_reads_the_report(chain: Chain, language: str) -> None:
    """It prints what /reporte says."""
    need(language)

    done = run(language, "report", chain.origin)

    assert json.loads(done.stdout) == read(chain.report_url), done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_client_shows_every_change(watched: Mapping[str, list[str]], language: str) -> None:
    """It shows the state that it found and each change, whatever was killed in between."""
    need(language)

    assert watched[language] == STORY


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_client_waits_as_the_document_says(language: str) -> None:
    """The waits by close code in its source, and what it takes for final, are the document's."""
    others, silence = PANEL["x-come-back"]["otherCodes"], PANEL["x-keep-alive"]
    told = {code: each["comeBack"] for code, each in PANEL["x-close-codes"].items()}
    statuses = {} if language == "javascript" else last_waits(PANEL["x-handshake-statuses"])
    own = {code: wait for code, wait in (told | statuses).items() if wait not in (None, others)}

    assert waits(language) == {**own, "LOST": others}
    assert constant(language, "FINAL_CODES") == {code for code, wait in told.items() if not wait}
    assert constant(language, "FINAL_STATUSES") == {s for s, wait in statuses.items() if not wait}
    assert constant(language, "DEAD_AFTER") == {str(silence["silenceIsDeadAfterSeconds"])}


def last_waits(statuses: Mapping[str, Any]) -> dict[str, Any]:
    """
    The waits by status of a refused handshake, where one stands for several the one that goes on.

    The client in JavaScript has none: its WebSocket is the browser's, which tells no status.
    """
    return {
        status: next((case["comeBack"] for case in cases if case["comeBack"]), None)
        for status, cases in statuses.items()
        if status != "101"
    }


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_client_does_not_hammer(language: str) -> None:
    """Cut within its handshake it comes back; closed for what it did itself, it ends."""
    need(language)
    handshakes = []

    def cut_the_first(socket: ServerConnection, request: Request) -> None:
        handshakes.append(request)
        if len(handshakes) == 1:
            socket.transport.abort()

    async def refuse(socket: ServerConnection) -> None:
        await socket.close(1008)

    async with serve(refuse, "127.0.0.1", 0, process_request=cut_the_first) as server:
        done = await watch(language, server.sockets[0].getsockname()[1])

    assert (done.returncode, len(handshakes)) == (1, 2)
    assert "1008" in done.stderr


@pytest.mark.parametrize("language", ["python", "java"])
async def test_a_refused_client_ends(language: str) -> None:
    """A status that stays, stays: it says which."""
    need(language)

    def refuse(socket: ServerConnection, request: Request) -> Response:
        return socket.respond(HTTPStatus.FORBIDDEN, "no\n")

    async with serve(_nobody, "127.0.0.1", 0, process_request=refuse) as server:
        done = await watch(language, server.sockets[0].getsockname()[1])

    assert done.returncode == 1
    assert "HTTP 403" in done.stderr


async def _nobody(socket: ServerConnection) -> None:
    raise AssertionError


async def watch(language: str, port: int) -> Any:
    return await asyncio.to_thread(run, language, "watch", f"http://127.0.0.1:{port}")


async def test_a_page_watches(chain: Chain, page: Page) -> None:
    """The JavaScript client shows the counts in a page that runs it."""
    whole, command, _ = SOURCES["javascript"].read_text().partition("\nif (globalThis.process")
    assert command
    source = whole.replace("export async", "async")
    await page.goto(chain.web_url)
    # Not the title, which is the panel's own page's to write.
    await page.evaluate(
        f"{source}; void watch({chain.origin!r}, ({{ total }}) => {{ window.shown = total; }})"
    )

    await publish(chain.vhost, [{"cliente": "a"}] * 7, "seven")

    report = await asyncio.to_thread(wait_for, chain.report_url, lambda r: "a" in r["clientes"])
    async with asyncio.timeout(30):
        while await page.evaluate("window.shown") != report["total"]:  # noqa: ASYNC110 - a page's
            await asyncio.sleep(0.02)


async def test_logger_gets_everything_too(chain: Chain, tmp_path: Path) -> None:
    """The logger prints every event, and the analytics count it all the same."""
    words = [sys.executable, str(EXAMPLES / "logger" / "logger.py"), chain.vhost.url]
    logger = Part("logger", words, os.environ, tmp_path, lambda part: "listo" in part.log)
    try:
        await asyncio.to_thread(logger.start)

        await publish(chain.vhost, {"cliente": "externo"}, "logged")

        async with asyncio.timeout(10):
            while '{"cliente": "externo"}' not in logger.log:  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.02)
    finally:
        logger.kill()
    wait_for(chain.report_url, lambda report: "externo" in report["clientes"])
