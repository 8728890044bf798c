"""Names come from strangers: they are shown, never believed."""

import json
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Error, Page, expect

from chain_stack import Chain
from foreign_publisher import amqp_publish

OpenPage = Callable[..., Awaitable[Page]]
Violations = Callable[[Page], Awaitable[list[str]]]
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>*{display:none}</style>",
    "<a href=javascript:alert(1)>x</a>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "</td></tr></table><h1>tomado</h1>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "__proto__",
    "constructor",
    "toString",
    "data-text",
    "&lt;b&gt;&amp;",
    "' OR 1=1 --",
    "مرحبا",
    "=cmd|'/c calc'!A1",
)
INVISIBLE = {
    "a\u202etxt.exe": "a\\u{202E}txt.exe",
    "cliente\u200b": "cliente\\u{200B}",
    "\u2066x\u2069": "\\u{2066}x\\u{2069}",
    "a\u00a0b": "a\\u{A0}b",
}


async def test_hostile_names_are_text(
    chain: Chain, open_page: OpenPage, violations: Violations, complaints: list[str]
) -> None:
    """Names that look like markup or mean something to JavaScript are shown letter by letter."""
    page = await open_page(chain.web_url)
    events = [{"cliente": name, "evento": name} for name in HOSTILE]

    amqp_publish(chain.vhost, json.dumps(events))

    for table in ("#clients", "#types"):
        names = page.locator(f"{table} tbody th")
        await expect(names).to_have_count(len(HOSTILE))
        assert sorted(await names.all_text_contents()) == sorted(HOSTILE)
        assert await page.locator(f"{table} th :not(bdi)").count() == 0
    assert page.url == chain.web_url
    assert await violations(page) == []
    assert complaints == []


async def test_invisible_characters_are_shown(chain: Chain, open_page: OpenPage) -> None:
    """What can't be seen, or reorders what is around it, is shown escaped and set apart."""
    amqp_publish(chain.vhost, json.dumps([{"cliente": name} for name in INVISIBLE]))
    page = await open_page(chain.web_url)

    names = page.locator("#clients tbody th")
    await expect(names).to_have_count(len(INVISIBLE))
    assert sorted(await names.all_text_contents()) == sorted(INVISIBLE.values())
    assert await page.locator("#clients .escaped").count() == 5


async def test_policy_stops_what_the_page_does_not_need(
    chain: Chain, open_page: OpenPage, violations: Violations
) -> None:
    """The policy is in force: markup set by a script, were there one, would be stopped."""
    page = await open_page(chain.web_url)
    await expect(page.locator("#badge-word")).to_have_text("En vivo")
    assert await violations(page) == []

    with pytest.raises(Error, match="TrustedHTML"):
        await page.evaluate("document.body.innerHTML = '<b>x</b>'")

    assert await violations(page) != []
