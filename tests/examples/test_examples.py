"""The examples, each run as its reader would run it."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.async_api import Page

from tests.chain_stack import Chain
from tests.foreign_publisher import publish, wait_for
from tests.late_proxy import late_proxy
from tests.stack import NODE, ROOT, Part

EXAMPLES = ROOT / "examples"
CODE = sorted(
    path for path in EXAMPLES.rglob("*") if path.suffix in (".py", ".mjs", ".js") and path.is_file()
)


class Run(Protocol):
    def __call__(self, *command: object) -> Part: ...


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Iterator[Run]:
    """Starts an example and waits until it has printed something."""
    parts: list[Part] = []

    def run(*command: object) -> Part:
        part = Part(
            "example", [str(c) for c in command], os.environ, tmp_path, lambda p: p.log != ""
        )
        parts.append(part)
        part.start()
        return part

    yield run
    for part in parts:
        part.kill()


async def printed(part: Part, text: str, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while text not in part.log:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_examples_are_short(path: Path) -> None:
    """An example fits on a screen: fewer than 40 lines."""
    assert len(path.read_text().splitlines()) <= 40


@pytest.mark.parametrize("example", ["viewer.py", "viewer.mjs"])
async def test_viewers_show_every_change(
    chain: Chain, run: Run, example: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A viewer shows the state it found, each change, and goes on after the panel was killed."""
    monkeypatch.setenv("WEBSOCKETS_BACKOFF_INITIAL_DELAY", "1")
    monkeypatch.setenv("WEBSOCKETS_BACKOFF_MIN_DELAY", "0.5")
    await publish(chain.vhost, {"cliente": "antes"}, "1")
    interpreter = sys.executable if example.endswith(".py") else NODE
    viewer = await asyncio.to_thread(run, interpreter, EXAMPLES / example, chain.ws_url)

    await publish(chain.vhost, {"cliente": "después"}, "2")
    await printed(viewer, "después")
    panel = chain.parts["panel-visual"]
    await asyncio.to_thread(panel.kill)
    await asyncio.to_thread(panel.start)
    await publish(chain.vhost, {"cliente": "luego"}, "3")
    await printed(viewer, "luego", seconds=20)

    last = viewer.log.strip().splitlines()[-1]
    assert last.startswith("3 ")
    assert all(f'"{name}":' in last.replace(": ", ":") for name in ("antes", "después", "luego"))

    await asyncio.to_thread(chain.parts["reverse-proxy"].kill)
    with late_proxy(chain.routes, tmp_path) as late:
        await printed(late, '"GET /panel/ws HTTP/1.1" 404', seconds=20)
        late.know_routes()
        await publish(chain.vhost, {"cliente": "al_final"}, "4")
        await printed(viewer, "al_final", seconds=20)


async def test_browser_viewer(chain: Chain, page: Page) -> None:
    """The snippet shows each total in the page that runs it."""
    source = (EXAMPLES / "viewer.browser.js").read_text().replace("export function", "function")
    await page.goto(chain.web_url)
    # Not the title, which is the panel's own page's to write.
    await page.evaluate(
        f"{source}; watch({chain.ws_url!r}, (state) => {{ window.shown = state.total; }})"
    )

    await publish(chain.vhost, [{"cliente": "a"}] * 7, "1")

    async with asyncio.timeout(30):
        while await page.evaluate("window.shown") != 7:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)


async def test_logger_gets_everything_too(chain: Chain, run: Run) -> None:
    """The logger prints every event, and the analytics count it all the same."""
    logger = await asyncio.to_thread(
        run, sys.executable, EXAMPLES / "logger" / "logger.py", chain.vhost.url
    )

    await publish(chain.vhost, {"cliente": "externo"}, "1")

    await printed(logger, '{"cliente": "externo"}')
    wait_for(chain.report_url, lambda report: report["total"] == 1)
