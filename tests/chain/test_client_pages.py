"""All clients by pages, from the analytics at work."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import publish, read, wait_for
from tests.stack import HTTP

NAMES = [f"cliente_{n:05}" for n in range(10_000)]
A_MESSAGE = 1000


@pytest.fixture(name="url")
def _url(vhost: VirtualHost, tmp_path: Path) -> Iterator[str]:
    """The report of an analytics service without panel and proxy."""
    chain = Chain(vhost, tmp_path)
    part = chain.parts["servicio-analiticas"]
    part.start()
    yield f"http://127.0.0.1:{chain.routes.reporte_port}/reporte"
    part.kill()


async def count(vhost: VirtualHost, url: str, names: list[str]) -> None:
    """One event of each client, counted."""
    total = read(url)["total"] + len(names)
    for start in range(0, len(names), A_MESSAGE):
        await publish(vhost, [{"cliente": name} for name in names[start : start + A_MESSAGE]])
    wait_for(url, lambda report: report["total"] == total)


def pages(url: str) -> Iterator[dict[str, Any]]:
    after: str | None = ""
    while after is not None:
        page = dict(read(f"{url}/clientes?{urlencode({'despues': after})}"))
        yield page
        after = page["siguiente"]


def totals_of(walk: list[dict[str, Any]]) -> dict[str, int]:
    return {one["cliente"]: one["total"] for page in walk for one in page["clientes"]}


async def test_ten_thousand_clients(vhost: VirtualHost, url: str) -> None:
    """Ten pages hold every client once, of one commit; and nobody is missing while more come."""
    await count(vhost, url, NAMES)

    still = list(pages(url))

    assert [len(page["clientes"]) for page in still] == [1000] * 10
    assert totals_of(still) == dict.fromkeys(NAMES, 1)
    assert len({(page["epoca"], page["version"], page["distintos"]) for page in still}) == 1
    assert all(one["visto"] for page in still for one in page["clientes"])
    known = {"If-None-Match": f'"{still[0]["epoca"]}-{still[0]["version"]}"'}
    assert HTTP.get(f"{url}/clientes", headers=known).status_code == 304

    walk = []
    for page in pages(url):
        walk.append(page)
        await count(vhost, url, ["aaa_nuevo", f"zzz_{len(walk):02}", *NAMES[::100]])

    totals = totals_of(walk)
    assert [one["cliente"] for page in walk for one in page["clientes"]] == sorted(totals)
    assert all(totals[name] >= 1 for name in NAMES)
    assert max(totals.values()) > 1
    assert all(page["version"] < later["version"] for page, later in pairwise(walk))
