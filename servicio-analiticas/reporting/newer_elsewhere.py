"""Readers who go round several processes, and know of a version that this one does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from werkzeug.datastructures import ETags

from counting.totals import Totals
from database.failures import StoreUnavailableError
from live.live import Live


class NewerElsewhere:
    """One look at the store, however many ask: what somebody made up holds nobody up for long."""

    def __init__(self, live: Live, catch_up: Callable[[], Awaitable[bool]]) -> None:
        """*catch_up* looks at the store, and returns whether it could."""
        self._live, self._catch_up = live, catch_up

    async def catch_up_with(self, known: ETags) -> None:
        """
        Return once what is told here is as new as *known*, or that is of no store.

        Raises StoreUnavailableError rather than that a reader goes back.
        """
        if not any(_is_news(tag, self._live.totals) for tag in _tags(known)):
            return
        looked = await self._catch_up()
        if not looked and any(_is_newer(tag, self._live.totals) for tag in _tags(known)):
            raise StoreUnavailableError("a reader knows of a newer version than this process")


def _tags(known: ETags) -> set[str]:
    tags: set[str] = known.as_set(include_weak=True)
    return tags


def _is_news(tag: str, totals: Totals) -> bool:
    """Of another epoca, or newer."""
    return tag.partition("-")[0] != totals.epoca or _is_newer(tag, totals)


def _is_newer(tag: str, totals: Totals) -> bool:
    epoca, _, version = tag.partition("-")
    is_number = version.isascii() and version.isdigit() and len(version) < 19
    return epoca == totals.epoca and is_number and int(version) > totals.version
