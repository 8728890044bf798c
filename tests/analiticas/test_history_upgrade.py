"""History of a store that knew no steps of five minutes."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counting.totals import IdWindow
from decoding.message import Message
from history.history import History
from history.levels import Retention, levels
from history.query import HistoryQuery
from history.upgrades.five_minutes import enter_five_minutes
from sqlite import migrations
from sqlite.file_connection import FileConnection, connect
from sqlite.file_store import open_store
from sqlite.history_tables import HISTORY
from storing import delta_log
from tests.history_questions import DAY, HOUR, NOW, ask, moment, whole

_, _, FIVE_MINUTES, _ = levels(Retention())
WINDOW = IdWindow(604800, 1000)
CELLS = st.dictionaries(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from("xy"),
        st.one_of(st.integers(0, 47 * HOUR), st.integers(0, 60 * DAY)).map(lambda age: NOW - age),
    ),
    st.sampled_from([1, 70_000]),
    max_size=20,
)


def make_old(db: FileConnection) -> None:
    """Leave what a store of the version before would have."""
    db.execute(
        "DELETE FROM historia_trozos WHERE clave BETWEEN ? AND ?",
        (FIVE_MINUTES.key(0), FIVE_MINUTES.end),
    )
    db.execute("ALTER TABLE historia_reloj DROP COLUMN cinco_desde")


def upgraded(db: FileConnection) -> History:
    make_old(db)
    db.execute("ALTER TABLE historia_reloj ADD COLUMN cinco_desde INTEGER NOT NULL DEFAULT 0")
    enter_five_minutes(db)
    return History(db)


@given(CELLS)
def test_what_minutes_tell_is_entered(cells: dict[Any, int]) -> None:
    """From when on the level is said to be whole, it is what counting would have made of it."""
    db = connect(":memory:")
    db.executescript(HISTORY)
    history = History(db)
    history.fold(cells, moment(NOW))
    query: dict[str, Any] = {"ventana": 14 * DAY, "paso": 900}
    before = ask(history, NOW, por="total", **query)

    after = ask(upgraded(db), NOW, por="total", **query)

    (since,) = db.execute("SELECT cinco_desde FROM historia_reloj").fetchone()
    old = [second for _, _, second in cells if second < NOW - 48 * HOUR]
    assert since <= NOW - 48 * HOUR
    assert since == 0 or since - HOUR <= max(old) < since
    assert after["completo"] is (since <= NOW - 14 * DAY)
    missing = max(0, since - (NOW - 14 * DAY)) // 900
    assert after["otros"][missing:] == before["otros"][missing:]
    db.close()


def test_the_level_goes_on(db: FileConnection, history: History) -> None:
    """What is counted after an upgrade is added to what the minutes told."""
    history.fold({("web", "clic", NOW - 700): 3, ("web", "clic", NOW - 100): 2}, moment(NOW))
    later = upgraded(db)
    later.fold({("web", "clic", NOW - 650): 4}, moment(NOW))

    assert whole(later, ventana=900, paso=300, cliente="web") == [7, 0, 2]


def test_a_store_without_events_lacks_nothing(db: FileConnection) -> None:
    """Where nothing ever happened, that is known for all of the fortnight."""
    assert ask(upgraded(db), ventana=14 * DAY, paso=900)["completo"]


def test_a_store_is_upgraded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an upgrade is none, and one that was cut short begins anew."""
    path, now = tmp_path / "pulso.db", int(time.time()) // 300 * 300
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", 0)
    store = open_store(path, WINDOW)
    body = [{"cliente": "a", "timestamp": now - age} for age in (10, 400, 10 * DAY)]
    store.apply([Message(1, str(body).replace("'", '"').encode(), "1")])
    while store.tend():
        pass
    store.close()
    with closing(connect(path)) as db:
        make_old(db)
        db.execute("PRAGMA user_version = 3")

    def break_off(db: FileConnection) -> None:
        enter_five_minutes(db)
        raise OSError("no more")

    monkeypatch.setattr(migrations, "enter_five_minutes", break_off)
    with pytest.raises(OSError, match="no more"):
        open_store(path, WINDOW)
    monkeypatch.setattr(migrations, "enter_five_minutes", enter_five_minutes)
    for _ in range(2):
        store = open_store(path, WINDOW)
        answer = store.history.pin().answer(
            HistoryQuery(ventana=900, paso=300, por="total", hasta=now)
        )
        assert answer["series"][0]["puntos"] == [0, 1, 1]
        assert answer["completo"]
        store.close()
