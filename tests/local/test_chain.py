"""The chain that other tests build on: it starts, and its parts can be replaced."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import Page

from tests.chain_stack import Chain


@pytest.fixture
def chain(lasting_chain: Chain) -> Chain:
    """One for all of these tests, mended after each: nothing that they do is counted."""
    lasting_chain.mend()
    return lasting_chain


def test_parts_are_ready_when_the_chain_is(chain: Chain) -> None:
    """Each part answers through the proxy, without another wait."""
    assert httpx.get(chain.web_url, trust_env=False).status_code == 200
    assert httpx.get(chain.report_url, trust_env=False).json()["total"] == 0
    assert httpx.get(chain.dashboard_url, trust_env=False).status_code == 200


def test_a_killed_part_starts_again_with_its_data(chain: Chain) -> None:
    """The analytics keep their store over a kill."""
    before = httpx.get(chain.report_url, trust_env=False).json()
    analytics = chain.parts["servicio-analiticas"]

    analytics.kill()
    assert httpx.get(chain.report_url, trust_env=False).status_code == 502
    analytics.start()

    assert httpx.get(chain.report_url, trust_env=False).json() == before


def test_every_part_ends_cleanly_when_asked(chain: Chain) -> None:
    """SIGTERM is a clean stop of each."""
    assert {name: part.stop() for name, part in chain.parts.items()} == dict.fromkeys(
        chain.parts, 0
    )


async def test_a_browser_opens_the_page(chain: Chain, page: Page) -> None:
    """The system's Chromium shows what the proxy serves."""
    answer = await page.goto(chain.web_url)

    assert answer is not None
    assert answer.status == 200
