import sqlite3

import pytest

from database.connection import Connection
from history.history import RESET, History, Places, Retention
from history.levels import FIVE_MINUTES, levels
from history.statements import SUMS_OF_TOTAL
from sqlite.file_connection import FileConnection
from tests.history_questions import DAY, HOUR, NOW, ask, moment, whole

*_, HOURS = levels(Retention())


def rows(db: Connection) -> int:
    (found,) = db.execute("SELECT count(*) FROM historia_trozos").fetchone()
    return int(found)


def on_hours(db: Connection) -> int | None:
    """The sum of the hour level over its rows of the total: every event that it keeps."""
    reach = HOURS.key(0), HOURS.end
    return sum(total for _, total in db.execute(SUMS_OF_TOTAL, reach)) or None


def test_a_late_event_lands_in_its_own_second(history: History) -> None:
    """Counted ten minutes late, it is where it happened, and makes no spike now."""
    history.fold({("web", "clic", NOW - 600): 3}, moment(NOW))

    points = whole(history)

    assert points[300] == 3
    assert sum(points) == 3


def test_an_outage_leaves_neither_hole_nor_spike(history: History) -> None:
    """Sixty seconds of events counted together afterwards look like sixty seconds of events."""
    cells = {("web", "clic", NOW - 61 + i): 1000 for i in range(60)}
    for at in range(0, 60, 7):
        history.fold(dict(list(cells.items())[at : at + 7]), moment(NOW))

    assert whole(history, ventana=62)[1:-1] == [1000] * 60
    assert whole(history, ventana=62)[::61] == [0, 0]


@pytest.mark.parametrize(
    ("age", "levels"),
    [
        (0, [1, 1, 1, 1]),
        (-60, [1, 1, 1, 1]),
        (15 * 60, [1, 1, 1, 1]),
        (20 * 60, [0, 1, 1, 1]),
        (47 * HOUR, [0, 1, 1, 1]),
        (50 * HOUR, [0, 0, 1, 1]),
        (15 * DAY, [0, 0, 1, 1]),
        (16 * DAY, [0, 0, 0, 1]),
        (360 * DAY, [0, 0, 0, 1]),
    ],
)
def test_every_level_that_keeps_its_time_has_an_event(
    db: Connection, history: History, age: int, levels: list[int]
) -> None:
    """An event is in all levels that still reach back to it, at once."""
    history.fold({("web", "clic", NOW - age): 1}, moment(NOW))

    numbers = [key >> 60 for (key,) in db.execute("SELECT clave FROM historia_trozos")]

    assert [numbers.count(n) for n in (0, 1, FIVE_MINUTES, 2)] == [4 * n for n in levels]


@pytest.mark.parametrize(
    ("second", "fate"),
    [
        (NOW + 60, None),
        (NOW + 61, "futuros"),
        (253_402_300_799, "futuros"),
        (NOW - 365 * DAY, None),
        (NOW - 370 * DAY, "antiguos"),
        (0, "antiguos"),
    ],
)
def test_clipped_events_are_shown(
    db: Connection, history: History, second: int, fate: str | None
) -> None:
    """What no level can hold is counted as clipped, pending or folded, after a restart too."""
    cells = {("web", "clic", second): 5}
    expected = {"futuros": 0, "antiguos": 0} | ({fate: 5} if fate else {})

    assert ask(history, pending=cells)["recortados"] == expected
    history.fold(cells, moment(NOW))
    assert ask(History(db))["recortados"] == expected
    assert (on_hours(db) or 0) + sum(expected.values()) == 5


def test_the_hour_level_has_every_event_of_a_year(db: Connection, history: History) -> None:
    """Its sum is the number of events, whatever their age."""
    cells = {(f"c{n % 7}", f"e{n % 3}", NOW - n * 86_000): n for n in range(1, 360)}
    history.fold(cells, moment(NOW))

    assert on_hours(db) == sum(cells.values())
    assert sum(whole(history, ventana=364 * DAY, paso=DAY)) == sum(cells.values())


def test_counts_grow_past_each_width(history: History) -> None:
    """A chunk's counts are as wide as they must be, up to eight bytes."""
    expected = []
    for n in (200, 100, 60_000, 10_000, 4_294_900_000, 4_294_900_000, 2**40):
        history.fold({("web", "clic", NOW - 5): n, ("web", "clic", NOW - 6): 1}, moment(NOW))
        expected.append(n)

        assert whole(history)[894:896] == [len(expected), sum(expected)]


def test_pruning_is_by_small_steps(db: Connection, history: History) -> None:
    """A step deletes at most 500 rows; what it leaves is not shown, and goes with the next."""
    for n in range(40):
        cells = {(f"c{c}", "clic", NOW + n * 60): 1 for c in range(30)}
        history.fold(cells, moment(NOW + n * 60))
    later = NOW + 12 * HOUR
    before = rows(db)

    history.prune(moment(later))

    assert before - 500 == rows(db)
    while before > rows(db):
        before = rows(db)
        history.prune(moment(later))
    assert {key >> 60 for (key,) in db.execute("SELECT clave FROM historia_trozos")} == {1, 2, 3}
    assert on_hours(db) == sum(whole(history, later, ventana=DAY)) == 40 * 30


def test_a_rolled_back_fold_leaves_no_trace(db: Connection, history: History) -> None:
    """After a rollback the names that it brought are as new as before."""
    db.execute("BEGIN")
    history.fold({("web", "clic", NOW): 1, ("x", "y", NOW + 999): 1}, moment(NOW))
    db.execute("ROLLBACK")
    assert whole(history) == [0] * 900

    history.fold({("app", "compra", NOW): 2}, moment(NOW))

    assert [s["cliente"] for s in ask(History(db), NOW + 1)["series"]] == ["app"]
    assert ask(history)["recortados"]["futuros"] == 0


def test_a_fold_that_fails_half_way_leaves_no_trace(file_db: FileConnection) -> None:
    """When the disk is full, the places that had been given are free again with the rollback."""
    db = file_db
    history = History(db, places=Places(clients=90, types=1, pairs=90))
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages}")
    db.execute("BEGIN")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        history.fold({(f"c{n}", "clic", NOW): 1 for n in range(90)}, moment(NOW))
    assert not db.in_transaction  # SQLite has rolled back by itself
    db.execute("PRAGMA max_page_count = 1000000")

    history.fold({("web", "clic", NOW): 1}, moment(NOW))

    assert [s["cliente"] for s in ask(history, NOW + 1)["series"]] == ["web"]


def test_reset(db: Connection, history: History) -> None:
    """Counting that begins anew has no history, and no memory of clipped events."""
    history.fold({("web", "clic", NOW): 1, ("x", "y", NOW + 999): 1}, moment(NOW))
    for statement in RESET:
        db.execute(statement)

    answer = ask(history, NOW + 1)

    assert (answer["series"], answer["recortados"]["futuros"]) == ([], 0)
    assert rows(db) == 0
