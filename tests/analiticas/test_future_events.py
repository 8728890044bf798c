import asyncio
import json
import time

import pytest

from comun.wire_time import rfc3339
from consuming import tending
from consuming.store_writer import StoreWriter
from counting.totals import IdWindow
from database.connection import Connection
from decoding.message import Message
from history.future_events import MOST_KEPT, MOST_TOLD, reason_of
from history.history import RESET, History
from live.live import Live
from storing import delta_log
from storing.store_thread import StoreThread
from tests.history_questions import HOUR, NOW, ask, moment
from tests.store_places import Place


@pytest.mark.parametrize(
    ("lead", "reason"),
    [
        (HOUR, "hora_local"),
        (HOUR - 170, "hora_local"),  # in a batch that was counted three minutes late
        (HOUR + 60, "hora_local"),
        (HOUR + 61, "reloj"),
        (HOUR - 181, "reloj"),
        (61, "reloj"),
        (900, "reloj"),
        (5.75 * HOUR, "hora_local"),  # Nepal
        (5.25 * HOUR, "reloj"),
        (14 * HOUR, "hora_local"),
        (15 * HOUR, "reloj"),
        (25 * HOUR, "fecha"),
    ],
)
def test_reason(lead: float, reason: str) -> None:
    """An hour that looks like a time zone's is one; else it is a clock, or another day."""
    assert reason_of(lead) == reason


def test_nothing_to_tell(history: History) -> None:
    """As long as no event is dated in the future there is nothing, not even of one in a minute."""
    history.fold({("web", "clic", NOW + 60): 1}, moment(NOW))

    assert history.future.read() is None


def test_who_dates_events_in_the_future_is_told(db: Connection, history: History) -> None:
    """How many, from whom, since when and the likely reason; after a restart too."""
    history.fold({("web", "clic", NOW + HOUR): 3, ("web", "clic", NOW): 5}, moment(NOW))
    history.fold({("web", "x", NOW + HOUR + 2): 1, ("app", "x", NOW + 999): 1}, moment(NOW + 2.5))

    told = History(db).future.read()

    assert told == {
        "total": 5,
        "ultimo": "2026-11-24T07:00:02.500Z",
        "clientes": [
            {
                "cliente": "web",
                "eventos": 4,
                "ultimo": "2026-11-24T07:00:02.500Z",
                "adelanto_s": 3599,
                "motivo": "hora_local",
            },
            {
                "cliente": "app",
                "eventos": 1,
                "ultimo": "2026-11-24T07:00:02.500Z",
                "adelanto_s": 996,
                "motivo": "reloj",
            },
        ],
        "otros": 0,
    }
    assert ask(history)["recortados"]["futuros"] == told["total"]


def test_a_name_for_each_event_fills_nothing(db: Connection, history: History) -> None:
    """The clients seen last are kept, a few of them told, and all are in the sum."""
    for n in range(0, 1000, 50):
        cells = {(f"c{c}", "clic", NOW + 5000): 2 for c in range(n, n + 50)}
        history.fold(cells, moment(NOW + n))

    told = history.future.read()

    assert told
    assert db.execute("SELECT count(*) FROM historia_futuros").fetchone() == (MOST_KEPT,)
    assert len(told["clientes"]) == MOST_TOLD
    assert {int(one["cliente"][1:]) >= 950 for one in told["clientes"]} == {True}
    assert told["total"] == 2000 == told["otros"] + 2 * MOST_TOLD


def test_reset(db: Connection, history: History) -> None:
    """Counting that begins anew has nothing to tell."""
    history.fold({("web", "clic", NOW + HOUR): 3}, moment(NOW))
    for statement in RESET:
        db.execute(statement)

    assert history.future.read() is None
    assert not db.execute("SELECT 1 FROM historia_futuros").fetchall()


async def test_the_report_tells_of_them(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that is counted although it is of the next hour is told by `/reporte/estado`."""
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", 0)
    monkeypatch.setattr(tending, "TEND_SECONDS", 0.01)
    store, stop = place.open(IdWindow(3600, 1000)), asyncio.Event()
    live, thread = Live(store.load()), StoreThread()
    event = {"cliente": "web", "timestamp": time.time() + HOUR}
    committed = store.apply([Message(1, json.dumps(event).encode())])

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(tending.tend(store, thread, StoreWriter(thread, live.vitals), live, stop))
        while not live.status()["futuros"]:  # noqa: ASYNC110 - of another thread
            await asyncio.sleep(0.01)
        stop.set()
    client = store.read_client("web")
    thread.close()
    store.close()

    (one,) = live.status()["futuros"]["clientes"]
    assert (one["cliente"], one["eventos"], one["motivo"]) == ("web", 1, "hora_local")
    assert committed.counted.events == 1
    assert client
    assert client["visto"] <= rfc3339(time.time())
