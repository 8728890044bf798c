"""History through the real store: messages that waited while the analytics were away."""

import json
import time
from contextlib import closing

import pytest

from counting.totals import IdWindow
from decoding.message import Message
from history.query import HistoryQuery
from storing import delta_log
from tests.store_places import Place

WINDOW = IdWindow(7 * 24 * 3600, 50_000_000)
A_SECOND = 100
OUTAGE = 60


def message(n: int, second: int) -> Message:
    events = [
        {"cliente": f"c{i % 5}", "evento": "clic", "timestamp": second} for i in range(A_SECOND)
    ]
    return Message(n, json.dumps(events).encode(), f"id-{n}")


def rows_of_history(place: Place) -> bool:
    with place.tables() as db:
        (exist,) = db.execute("SELECT EXISTS (SELECT * FROM historia_trozos)").fetchone()
    return bool(exist)


@pytest.mark.parametrize("seal_seconds", [0.0, 3600.0], ids=["folded", "not yet folded"])
def test_an_outage_leaves_neither_hole_nor_spike(
    place: Place, monkeypatch: pytest.MonkeyPatch, seal_seconds: float
) -> None:
    """A minute of events, counted afterwards and with a restart half way, is an even minute."""
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", seal_seconds)
    end = int(time.time()) - 5
    waiting = [message(n, end - OUTAGE + n) for n in range(OUTAGE)]
    for half in (waiting[: OUTAGE // 2], waiting[OUTAGE // 2 :]):
        with closing(place.open(WINDOW)) as store:
            for one in half:
                store.apply([one])
            while store.tend():
                pass
            answer = store.history.pin().answer(HistoryQuery(300, 1, "cliente"))
            version = store.load().version

    per_second = [sum(p) for p in zip(*(s["puntos"] for s in answer["series"]), strict=True)]
    busy = [n for n in per_second if n]

    assert busy == [A_SECOND] * OUTAGE
    assert per_second.index(A_SECOND) + OUTAGE == len(per_second) - per_second[::-1].index(A_SECOND)
    assert rows_of_history(place) == (seal_seconds == 0)
    assert answer["version"] == version == OUTAGE
    assert list(answer)[:2] == ["epoca", "version"]
