"""Days of history in somebody's time zone."""

import datetime
import json
import zoneinfo
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.connection import Connection
from history.history import History
from history.local_days import day_starts, zone_of
from tests.history_questions import moment, whole
from tests.history_service import END, NOW, ask, client_of, get

HOUR, DAY = 3600, 86_400


def at(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).timestamp())


def test_days_of_a_zone_begin_at_its_midnight() -> None:
    """In Madrid it is an hour or two before that of UTC; the day of a change has 25 hours."""
    starts = day_starts(at("2026-10-26T12:00:00Z"), 3, zone_of("Europe/Madrid"))

    assert starts == tuple(
        at(text)
        for text in (
            *("2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z"),
            *("2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"),
        )
    )


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("-03:00", "2026-11-24T03:00:00Z"),
        ("+05:30", "2026-11-23T19:00:00Z"),  # half an hour after midnight: history keeps hours
        ("Asia/Kathmandu", "2026-11-23T19:00:00Z"),
        ("UTC", "2026-11-24T00:00:00Z"),
    ],
)
def test_a_day_begins_with_a_full_hour(zone: str, begins: str) -> None:
    """Where midnight is none, with the first one after it."""
    assert day_starts(at("2026-11-24T06:59:59Z"), 1, zone_of(zone))[0] == at(begins)


@given(
    st.sampled_from(sorted(zoneinfo.available_timezones())),
    st.integers(0, 4_000_000_000),
    st.integers(1, 40),
)
def test_days_follow_each_other_in_any_zone(zone: str, until: int, days: int) -> None:
    """Each is a day long, give or take a change of clocks, and the last holds the moment asked."""
    starts = day_starts(until, days, zone_of(zone))

    assert len(starts) == days + 1
    assert starts[-2] < until <= starts[-1]
    assert all(start % HOUR == 0 for start in starts)
    # A zone that crosses the date line has a day of no length, or of two.
    assert all(0 <= b - a <= 2 * DAY + HOUR for a, b in pairwise(starts))


@pytest.mark.parametrize(
    "zone", ["Marte", "../etc/passwd", "/etc/localtime", "+24:00", "+1", "", "Europe", "C"]
)
def test_what_is_no_zone(zone: str) -> None:
    """A name that comes from outside names a zone, and nothing else."""
    with pytest.raises(ValueError):
        zone_of(zone)


async def test_history_by_local_days(db: Connection) -> None:
    """Each event is in its day as people there call it, and all of them are in some day."""
    history = History(db)
    last = at("2026-11-24T00:00:00Z")
    events = {last - 2 * HOUR: 1, last - HOUR: 2, last: 4, END - 1: 8}
    history.fold({("a", "clic", second): n for second, n in events.items()}, moment(NOW))
    client = client_of(history)

    utc = await ask(client, ventana="2d", paso="1d", por="total")
    madrid = await ask(client, ventana="2d", zona="Europe/Madrid", por="total")

    assert utc["series"][0]["puntos"] == [3, 12]
    assert "inicios" not in utc
    assert madrid["series"][0]["puntos"] == [1, 14]
    assert madrid["inicios"] == ["2026-11-22T23:00:00.000Z", "2026-11-23T23:00:00.000Z"]
    assert madrid["paso_s"] == DAY
    assert (madrid["desde"], madrid["hasta"]) == (madrid["inicios"][0], "2026-11-24T23:00:00.000Z")
    table = await get(client, ventana="2d", zona="Europe/Madrid", por="total", formato="csv")
    rows = (await table.get_data(as_text=True)).splitlines()
    assert rows[1].startswith("2026-11-22T23:00:00.000Z,serie,,,1")


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
    ],
)
def test_five_minutes_of_the_days_of_a_change(history: History, begin: str, end: str) -> None:
    """A day of 25 or 23 hours is the sum of its steps of five minutes."""
    noon, until = at(begin) + DAY // 2, at(end)
    history.fold({("a", "clic", s): 1 for s in range(at(begin), until, 60)}, moment(until))

    (day,) = whole(history, until, ventana=DAY, zona="Europe/Madrid", hasta=noon)
    steps = whole(history, until, ventana=until - at(begin), paso=300, hasta=until)

    assert steps == [5] * ((until - at(begin)) // 300)
    assert sum(steps) == day


@pytest.mark.parametrize(
    ("query", "begins"),
    [
        ({"zona": "Marte", "ventana": "2d"}, "zona: a time zone like Europe/Madrid"),
        ({"zona": "Europe/Madrid"}, "zona: only days begin elsewhere in Europe/Madrid"),
        ({"zona": "Europe/Madrid", "ventana": "2d", "paso": "1h"}, "zona: only days"),
        ({"zona": "Europe/Madrid", "ventana": "400d"}, "ventana: begins at"),
        ({"zona": "Europe/Madrid", "ventana": "999999999d"}, "ventana: begins at"),
    ],
)
async def test_bad_questions_about_days(db: Connection, query: dict[str, str], begins: str) -> None:
    """What can't be answered is refused by name."""
    response = await get(client_of(History(db)), **query)

    assert response.status_code == 400
    assert json.loads(await response.get_data())["detail"].startswith(begins)
