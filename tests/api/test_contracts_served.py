"""The documents on the running chain: served through the proxy, read by people, and true."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page

from page.contracts.contract_documents import DOCUMENTS, read_documents
from tests.api.contract_fuzz import FROM_SENDING, fuzz
from tests.api.openapi_document import CONTRACTS, operations
from tests.chain_stack import Chain

AXE = (Path(__file__).parents[1] / "page" / "vendor" / "axe.min.js").read_text()
RUN = """async () => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const {violations} = await axe.run(document, {runOnly: rules});
  return violations.flatMap(({id, nodes}) => nodes.map(({target}) => `${id} ${target}`));
}"""
EXAMPLES = 3
"""For each route: whether it can be tried at all. `make fuzz-contracts` has 2,000."""


@pytest.fixture
def chain(lasting_chain: Chain) -> Chain:
    """One for all of these tests."""
    return lasting_chain


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_served(chain: Chain, name: str) -> None:
    """Each as one piece, once: who has it is told so, and its type is JSON."""
    with httpx.Client(base_url=chain.origin, trust_env=False) as client:
        first = client.get(f"/{name}")
        again = client.get(f"/{name}", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Content-Type"]) == (200, "application/json")
    assert first.headers["Cache-Control"] == "no-cache"
    assert json.loads(first.text) == read_documents(CONTRACTS)[name]
    assert (again.status_code, again.text) == (304, "")


@pytest_asyncio.fixture(loop_scope="session")
async def read(chain: Chain, chromium: Browser) -> AsyncIterator[Page]:
    """The readable page, with all that it hides laid open."""
    context = await chromium.new_context()
    page = await context.new_page()
    asked, said = list[str](), list[ConsoleMessage]()
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda one: said.append(one))
    await page.goto(f"{chain.web_url}contratos")
    assert [url for url in asked if not url.startswith(chain.web_url)] == []
    assert [message.text for message in said] == []
    yield page
    await context.close()


async def test_the_readable_page_is_accessible(read: Page) -> None:
    """No rule of WCAG 2.2 AA is broken, in either theme, wide and at 320 px."""
    for details in await read.locator("details").all():
        await details.locator("summary").click()
    assert await read.locator("details[open]").count() > 20
    # The page's policy lets no script in that is not the page's
    session = await read.context.new_cdp_session(read)
    await session.send("Runtime.evaluate", {"expression": AXE})
    seen = set()
    for scheme in ("light", "dark"):
        await read.emulate_media(color_scheme=scheme)
        seen.add(await read.evaluate("getComputedStyle(document.body).color"))
        for width in (1280, 320):
            await read.set_viewport_size({"width": width, "height": 900})
            assert await read.evaluate(RUN) == []
            assert await read.evaluate("document.documentElement.scrollWidth") <= width
    assert len(seen) == 2


def test_the_document_is_true(chain: Chain) -> None:
    """What Schemathesis invents, it answers as documented; and it has seen every operation."""
    done = fuzz(chain, EXAMPLES, ["--seed", "1"], capture=True)

    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2000:]
    assert f"Tested: {len(operations())}\n" in done.stdout


def test_what_is_sent_is_found(chain: Chain) -> None:
    """The links of a sent event lead to its client."""
    done = fuzz(chain, 10, [*FROM_SENDING, "--seed", "1"], capture=True)

    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2000:]
    assert re.search(r"API Links: +[12] covered / 2 selected", done.stdout)
