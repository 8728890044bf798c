"""What the analytics answer is read as their contracts show it, and asked as they want it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from comun.service_answer import InvalidAnswerError, decode
from history.history import History
from judging.readings import Band, Client, Counts, Status
from rules.rule import Names, Rule
from sqlite.file_connection import connect
from sqlite.history_tables import HISTORY
from tests.analiticas.test_usual_http import client_of
from tests.code_structure import ROOT
from tests.history_questions import DAY, HOUR, NOW, moment
from usual.usual_query import UsualQuery, parse_usual
from watching.analytics import Analytics
from watching.answers import (
    LAST_OF_A_SECOND,
    ClientPage,
    Estado,
    Habitual,
    Reporte,
    seconds,
)
from watching.usual import LATE, UsualBands, question_of

CONTRACTS = ROOT / "tests" / "contracts"
SEVEN = 1_795_503_600.0  # 2026-11-24T07:00:00Z


def contract(name: str) -> bytes:
    return (CONTRACTS / name).read_bytes()


def test_reads_the_state() -> None:
    """Of the broker, of the store, and how many messages wait."""
    status = decode(Estado, contract("estado.json")).status()

    assert status == Status("conectado", SEVEN - 3600, "ok", 0, 0.0)


def test_reads_the_report() -> None:
    """Conflicts are rejected messages, too."""
    counts = decode(Reporte, contract("reporte.json")).counts()

    assert counts == Counts(
        "b1f04c2e9a7d4f6b8e3c5d7a9f1b3c5e", 5021, 3, 7, {"clic": 5000, "compra": 21}
    )


def test_reads_a_page_of_clients() -> None:
    """A whole second is read as its end: the event came before the next one."""
    page = decode(ClientPage, contract("clientes.json"))

    assert page.clients() == {
        "app": Client(17, SEVEN - 2 + LAST_OF_A_SECOND),
        "web": Client(4, None),
    }
    assert page.siguiente == "web"


def test_reads_what_is_usual() -> None:
    """The window as one; without a band where it is still being learnt."""
    assert decode(Habitual, contract("habitual.json")).bands() == [
        Band("nuevo", None, SEVEN - 300, 4, None, None),
        Band("web", None, SEVEN - 300, 302, 233.49, 371.01),
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b"[" * 5000, b'{"broker": 3}'])
def test_anything_else_is_no_answer(body: bytes) -> None:
    """It is told with its reason, and taken for none."""
    for kind in (Estado, Reporte, ClientPage, Habitual):
        with pytest.raises(InvalidAnswerError):
            decode(kind, body)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01T00:00:00Z", "9" * 64])
def test_a_time_that_is_none_is_no_answer(text: str) -> None:
    """Rather than a time by chance."""
    with pytest.raises(InvalidAnswerError):
        seconds(text)


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (Rule("x", "banda", window=300), {}),
        (Rule("x", "banda", Names("web")), {"cliente": "web"}),
        (Rule("x", "banda", Names("*")), {"por": "cliente"}),
        (Rule("x", "banda", Names("tienda_*")), {"por": "cliente"}),
        (Rule("x", "banda", event="compra"), {"evento": "compra"}),
        (Rule("x", "banda", spreads=4.5, window=3600), {"veces": 4.5, "ventana": 3600, "paso": 60}),
    ],
)
def test_asks_what_the_analytics_take(rule: Rule, wanted: dict[str, Any]) -> None:
    """Each kind of rule, by the analytics' own reading of the question."""
    asked = parse_usual(question_of(rule, "Europe/Madrid").params)
    usual = {"ventana": int(rule.window), "paso": 10, "veces": rule.spreads}

    assert asked == UsualQuery(**{"zona": "Europe/Madrid", **usual, **wanted})


@pytest.fixture
def history() -> Iterator[History]:
    """A hundred and fifty clients, of whom one is known."""
    with closing(connect(":memory:")) as db:
        db.executescript(HISTORY)
        history = History(db)
        for hour in range(NOW - 50 * DAY, NOW, HOUR):
            cells = {("web", "clic", hour + s): 300 for s in range(0, HOUR, 300)}
            history.fold(cells, moment(NOW - 0.5))
        new = {(f"nuevo_{i:03}", "clic", NOW - 60): 1 for i in range(149)}
        history.fold(new, moment(NOW - 0.5))
        yield history


async def test_a_question_that_is_refused_spoils_nothing_else(
    history: History, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A rule whose band is not to be had is not judged, and the others are."""
    monkeypatch.setattr("watching.analytics.APART", 0.0)
    rules = [Rule("bad", "banda", spreads=99.0), Rule("good", "banda", Names("web"))]
    transport = httpx.ASGITransport(app=client_of(history).app)  # type: ignore[arg-type]
    analytics = Analytics(lambda: httpx.AsyncClient(transport=transport, base_url="http://x"))
    bands = UsualBands(rules, "UTC")
    found = [await bands.read(analytics, NOW + LATE) for _ in rules]
    await analytics.close()

    assert [name for each in found for name in each] == ["good"]
    assert "/reporte/habitual answered 400" in caplog.text


async def test_a_client_that_fails_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pool may have lost its only place."""
    monkeypatch.setattr("watching.analytics.APART", 0.0)
    made: list[httpx.AsyncClient] = []

    def make() -> httpx.AsyncClient:
        made.append(httpx.AsyncClient(base_url="http://127.0.0.1:1", trust_env=False))
        return made[-1]

    analytics = Analytics(make)
    for _ in range(4):
        with pytest.raises(httpx.ConnectError):
            await analytics.get("/reporte", {})
    await analytics.close()

    assert [client.is_closed for client in made] == [True, True]


async def test_asks_for_each_window_once_and_for_every_page(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in a round; two rules that ask the same are answered by one question."""
    monkeypatch.setattr("watching.analytics.APART", 0.0)
    rules = [Rule("one", "banda", Names("*")), Rule("two", "banda", Names("web*"))]
    transport = httpx.ASGITransport(app=client_of(history).app)  # type: ignore[arg-type]
    analytics = Analytics(lambda: httpx.AsyncClient(transport=transport, base_url="http://x"))
    bands = UsualBands(rules, "UTC")
    found = [await bands.read(analytics, NOW - 60 + LATE + i) for i in range(3)]
    asked = analytics.asked
    later = await bands.read(analytics, NOW - 50 + LATE)
    await analytics.close()

    assert [{rule: len(each) for rule, each in page.items()} for page in found] == [
        {"one": 100, "two": 100},
        {"one": 50, "two": 50},
        {},
    ]
    assert asked == 2
    assert found[0]["one"] == found[0]["two"]
    assert later["one"][0].begin == found[0]["one"][0].begin + 10
    (web,) = [band for band in found[1]["one"] if band.client == "web"]
    assert web.begin == NOW - 60 - rules[0].window
    assert web.low is not None
