"""`GET /reporte/habitual`, as the report answers it."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from quart.testing import QuartClient

from counting.totals import Totals
from database.connection import Connection
from history.history import History, Places
from live.live import Live
from reporting.report_http import create_app
from reporting.usual_http import add_usual
from tests.contracts.wire_schemas import example, sent
from tests.history_questions import DAY, HOUR, NOW, moment
from usual.usual_answer import usual_answer
from usual.usual_query import UsualQuery

CONTRACT = example("habitual")


def client_of(history: History, pending: dict[Any, int] | None = None) -> QuartClient:
    async def answer(query: UsualQuery, first: bool) -> dict[str, Any]:
        commit = {"epoca": CONTRACT["epoca"], "version": CONTRACT["version"]}
        view = history.view(pending or {}, moment(NOW - 0.5))
        return commit | usual_answer(history._db, view, query)

    async def no_rejections(limit: int) -> dict[str, Any]:
        return {}

    app = create_app(Live(Totals("b1f0")), no_rejections)
    add_usual(app, answer)
    return QuartClient(app)


async def ask(client: QuartClient, **query: object) -> dict[str, Any]:
    response = await client.get(f"/reporte/habitual?{urlencode(query)}")
    assert response.status_code == 200, await response.get_data()
    assert response.headers["Cache-Control"] == "no-store"
    answer: dict[str, Any] = json.loads(await response.get_data())
    sent("usual", answer)
    return answer


def cells_of(series: dict[str, Any]) -> dict[Any, int]:
    points = enumerate(series["puntos"])
    return {(series["cliente"], "clic", NOW - 300 + 60 * i): n for i, n in points if n}


@pytest.fixture(name="weeks")
def _weeks(history: History) -> History:
    """The client of the contract, who sends an event a second, hour for hour."""
    hours = range(NOW - 50 * DAY, NOW - HOUR, HOUR)
    steps = ({("web", "clic", h + s): 300 for s in range(0, HOUR, 300)} for h in hours)
    for cells in steps:
        history.fold(cells, moment(NOW - 0.5))
    return history


async def test_the_answer_is_the_contracts(weeks: History) -> None:
    """What the contract shows is what is answered, folded or not."""
    cells = cells_of(CONTRACT["series"][0]) | cells_of(CONTRACT["series"][1])
    waiting = await ask(client_of(weeks, cells), por="cliente", ventana="5m", paso="1m")
    weeks.fold(cells, moment(NOW - 0.5))
    folded = await ask(client_of(weeks), por="cliente", ventana="5m", paso="1m")

    assert waiting == folded == CONTRACT


async def test_weeks_that_wait_to_be_folded_are_known(history: History) -> None:
    """A backfill of the weeks before is what is usual at once, as if it were folded."""
    weeks = range(NOW - 49 * DAY, NOW, HOUR)
    cells = {("web", "clic", h + s): 300 for h in weeks for s in range(0, HOUR, 300)}

    waiting = await ask(client_of(history, cells), ventana="1h", paso="5m")
    history.fold(cells, moment(NOW - 0.5))

    assert waiting == await ask(client_of(history), ventana="1h", paso="5m")
    assert waiting["series"][0]["estado"] == "sabido"


async def test_all_of_a_kind_by_pages(db: Connection) -> None:
    """Every client, or every type, is on one page, by name, with what it is asked for alone."""
    history = History(db)
    names = [f"c{n}" for n in range(7)]
    history.fold({(name, f"e{n % 2}", NOW - 5): n + 1 for n, name in enumerate(names)}, moment(NOW))
    client = client_of(history)

    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = await ask(client, por="cliente", limite=3, despues=after, paso="1m")
        found += page["series"]
        after = page["siguiente"]
    types = await ask(client, por="evento", paso="1m")

    assert [one["cliente"] for one in found] == names
    assert [one["todo"]["puntos"] for one in found] == [1, 2, 3, 4, 5, 6, 7]
    assert [(one["evento"], one["todo"]["puntos"]) for one in types["series"]] == [
        ("e0", 16),
        ("e1", 12),
    ]
    for one in found:
        (alone,) = (await ask(client, cliente=one["cliente"], paso="1m"))["series"]
        assert alone == one


@pytest.mark.parametrize(
    ("asked", "points"),
    [({}, 24), ({"cliente": "a"}, 9), ({"evento": "x"}, 10), ({"cliente": "a", "evento": "y"}, 4)],
)
async def test_one_series(history: History, asked: dict[str, str], points: int) -> None:
    """The total, a client, a type, or both."""
    cells = {("a", "x", 1): 5, ("a", "y", 2): 4, ("b", "x", 3): 5, ("b", "y", 4): 10}
    history.fold({(c, e, NOW - s): n for (c, e, s), n in cells.items()}, moment(NOW))

    (series,) = (await ask(client_of(history), **asked))["series"]

    assert (series["cliente"], series["evento"]) == (asked.get("cliente"), asked.get("evento"))
    assert series["todo"]["puntos"] == sum(series["puntos"]) == points


async def test_who_was_never_seen_is_learning(history: History) -> None:
    """Nothing happened, and nothing is usual."""
    (series,) = (await ask(client_of(history), cliente="nadie", paso="5m"))["series"]

    assert (series["estado"], series["semanas"], series["puntos"]) == ("aprendiendo", 0, [0, 0, 0])


async def test_who_has_no_series_is_not_known(db: Connection) -> None:
    """Where there are too many names, those without a place are told apart from the silent."""
    history = History(db, places=Places(clients=1))
    history.fold({("a", "x", NOW - 2): 1, ("b", "x", NOW - 1): 1}, moment(NOW))
    client = client_of(history)

    answer = await client.get("/reporte/habitual?cliente=b")

    assert answer.status_code == 404
    assert "'b' has no series" in json.loads(await answer.get_data())["detail"]
    assert not (await ask(client, por="cliente", paso="1m"))["siguiente"]


async def test_a_wider_band(weeks: History) -> None:
    """`veces` says how far from the usual is unusual."""
    client = client_of(weeks)
    narrow, wide = [
        (await ask(client, ventana="5m", paso="5m", hasta="2026-11-24T05:00:00Z", veces=veces))[
            "series"
        ][0]
        for veces in (1, "4.5")
    ]

    assert narrow["medio"] == wide["medio"] == [300]
    assert wide["bajo"][0] < narrow["bajo"][0] < 300 < narrow["alto"][0] < wide["alto"][0]


async def test_what_a_wrong_clock_deleted_is_no_sample(weeks: History) -> None:
    """Weeks before the loss are not zeros: what is usual is learned again."""
    weeks.prune(moment(NOW + 400 * DAY))
    weeks.fold({("web", "clic", NOW - 100): 1}, moment(NOW))

    answer = await ask(client_of(weeks), ventana="1h", paso="5m")

    assert answer["series"][0]["estado"] == "aprendiendo"
    assert answer["completo"] is False


@pytest.mark.parametrize(
    ("query", "begins"),
    [
        ("por=total", "por: one of cliente | evento"),
        ("por=cliente&cliente=a", "por: "),
        ("despues=a", "despues: "),
        ("por=cliente&paso=1s", "paso: makes 900 points"),
        ("ventana=90m&paso=90m", "paso: at most 1h"),
        ("ventana=90d&paso=1d", "ventana: at most 62d"),
        ("zona=Marte", "zona: "),
        ("veces=0", "veces: a number from 1 to 10"),
        ("veces=nan", "veces: "),
        ("veces=99", "veces: "),
        ("limite=101", "limite: "),
        ("formato=csv", "'formato': no parameter of habitual"),
        ("zona=UTC&zona=UTC", "zona: given more than once"),
        ("hasta=2099-01-01T00:00:00Z", "hasta: "),
    ],
)
async def test_bad_questions(history: History, query: str, begins: str) -> None:
    """What can't be answered is refused by name."""
    answer = await client_of(history).get(f"/reporte/habitual?{query}")

    assert answer.status_code == 400
    assert json.loads(await answer.get_data())["detail"].startswith(begins)
