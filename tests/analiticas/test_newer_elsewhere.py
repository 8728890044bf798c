"""A reader who knows of a version that this process does not."""

from __future__ import annotations

from typing import Any

import pytest
from quart.testing import QuartClient

from counting.totals import IdWindow, Totals
from live.live import Live
from reporting.newer_elsewhere import NewerElsewhere
from reporting.report_http import create_app


class Store:
    """What a look at it brings; None: it can't be read."""

    def __init__(self, live: Live, version: int | None) -> None:
        self._live, self.version, self.looks = live, version, 0

    async def look(self) -> bool:
        self.looks += 1
        if self.version is None:
            return False
        self._live.totals.version = self.version
        return True


@pytest.fixture(name="live")
async def _live() -> Live:
    return Live(Totals("b1f0", version=7, window=IdWindow(60, 1)))


def client_of(live: Live, store: Store) -> QuartClient:
    async def rejections(_: object) -> dict[str, Any]:
        return {}

    return QuartClient(create_app(live, rejections, newer=NewerElsewhere(live, store.look)))


@pytest.mark.parametrize(
    ("tag", "looks", "status", "version"),
    [
        ('"b1f0-7"', 0, 304, 7),
        ('"b1f0-6"', 0, 200, 7),
        ('"b1f0-9"', 1, 304, 9),
        ('W/"b1f0-9"', 1, 304, 9),
        ('"b1f0-8", "b1f0-3"', 1, 200, 9),
        ('"b1f0-1000"', 1, 200, 9),
        ('"a-1"', 1, 200, 9),
        ('"nada"', 1, 200, 9),
        (f'"b1f0-{"9" * 99}"', 0, 200, 7),
        ("*", 0, 304, 7),
    ],
)
async def test_the_store_is_looked_at_once(
    live: Live, tag: str, looks: int, status: int, version: int
) -> None:
    """When it may have what the reader has; what is made up costs one look."""
    store = Store(live, 9)

    answer = await client_of(live, store).get("/reporte", headers={"If-None-Match": tag})

    assert (store.looks, answer.status_code) == (looks, status)
    assert answer.headers["ETag"] == f'"b1f0-{version}"'


@pytest.mark.parametrize(("tag", "status"), [('"b1f0-9"', 503), ('"a-9"', 200), ('"nada"', 200)])
async def test_nobody_goes_back(live: Live, tag: str, status: int) -> None:
    """Who can't look does not answer with less, unless nobody can say what is less."""
    answer = await client_of(live, Store(live, None)).get(
        "/reporte", headers={"If-None-Match": tag}
    )

    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
