"""Names come from strangers: they are shown, never believed."""

import json
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Error, Page, expect

from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish

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
# A hundred: each of them also as the value of an attribute, a URL, a template and a row of a CSV.
HUNDRED = [
    name
    for text in HOSTILE
    for name in (text, f"'{text}", f'"onfocus={text}', f"\\{text}\\", f"{text},=1+1")
]
INVISIBLE = {
    "a\u202etxt.exe": "a\\u{202E}txt.exe",
    "cliente\u200b": "cliente\\u{200B}",
    "\u2066x\u2069": "\\u{2066}x\\u{2069}",
    "a\u00a0b": "a\\u{A0}b",
}


async def test_hostile_names_are_text(
    empty: Chain, open_page: OpenPage, violations: Violations, complaints: list[str]
) -> None:
    """Names that look like markup or mean something to JavaScript are shown letter by letter."""
    page = await open_page(empty.web_url)
    events = [{"cliente": name, "evento": name} for name in HUNDRED]
    assert len(set(HUNDRED)) == 100

    amqp_publish(empty.vhost, json.dumps(events))

    shown = page.locator("#clients tbody tr:not(.others) th")
    for table in ("#clients", "#types"):
        names = page.locator(f"{table} tbody tr:not(.others) th")
        await expect(names).to_have_count(50)  # and the others, until they are searched for
        assert set(await names.all_text_contents()) < set(HUNDRED)
        assert await page.locator(f"{table} tbody th :not(bdi, button, .name)").count() == 0
    for name in HUNDRED:
        await page.locator("#search").fill(name)
        await expect(shown.filter(has_text=name).first).to_be_visible()
    await page.locator("#search").fill("")
    for name in (HOSTILE[0], "__proto__", "=cmd|'/c calc'!A1"):
        await page.locator("#search").fill(name)
        await shown.get_by_role("button", name=name, exact=True).click()
        await expect(page.locator(".chip")).to_have_text(f"cliente: {name}")
        await expect(page.locator("#legend li .name")).to_have_text([name])
        await page.locator("#table-toggle").click()
        await expect(page.locator(".steps thead th").nth(1)).to_have_text(name)
        await page.locator("#table-toggle").click()
    assert page.url.startswith(empty.web_url)
    assert await violations(page) == []
    assert complaints == []


async def test_invisible_characters_are_shown(empty: Chain, open_page: OpenPage) -> None:
    """What can't be seen, or reorders what is around it, is shown escaped and set apart."""
    amqp_publish(empty.vhost, json.dumps([{"cliente": name} for name in INVISIBLE]))
    page = await open_page(empty.web_url)

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
