"""The history as CSV, and who gets it so."""

import json
from pathlib import Path

import pytest
from quart.testing import QuartClient

from database.connection import Connection
from history.history import History
from reporting.history_csv import csv_parts, rows
from tests.history_questions import moment
from tests.history_service import CONTRACT, END, NOW, client_of, contract_history, get, table

CELLS = json.loads((Path(__file__).parents[1] / "contracts" / "celdas.json").read_text())


@pytest.fixture(name="history")
def _history(db: Connection) -> History:
    return contract_history(db)


@pytest.fixture(name="client")
def _client(history: History) -> QuartClient:
    return client_of(history)


async def test_csv(client: QuartClient) -> None:
    """As CSV there is one row for each second and series, under a header line, ended by CRLF."""
    text, lines = await table(client, formato="csv", ventana="2s", limite=2)

    assert text.splitlines(keepends=True)[0] == "hora,grupo,cliente,evento,eventos\r\n"
    assert lines[1:] == [
        ["2026-11-24T06:59:58.000Z", "serie", "web", "clic", "0"],
        ["2026-11-24T06:59:58.000Z", "serie", "app", "compra", "0"],
        ["2026-11-24T06:59:58.000Z", "otros", "", "", "0"],
        ["2026-11-24T06:59:59.000Z", "serie", "web", "clic", "5"],
        ["2026-11-24T06:59:59.000Z", "serie", "app", "compra", "1"],
        ["2026-11-24T06:59:59.000Z", "otros", "", "", "0"],
    ]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("image/png", "application/json"),
    ],
)
async def test_accept(client: QuartClient, accept: str, kind: str) -> None:
    """`Accept` chooses the format where `formato` doesn't."""
    response = await get(client, {"Accept": accept}, ventana="5s")
    chosen = await get(client, {"Accept": accept}, ventana="5s", formato="json")

    assert response.mimetype == kind
    assert chosen.mimetype == "application/json"
    assert response.headers["Vary"] == "Accept"


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: repr(cell["nombre"]))
def test_csv_is_no_program(cell: dict[str, str]) -> None:
    """What a spreadsheet would compute is text, whatever separates cells there."""
    series = {"cliente": cell["nombre"], "evento": cell["nombre"], "puntos": [1]}

    first = next(rows(CONTRACT | {"otros": [0], "series": [series]}))

    assert first[2:] == (cell["celda"], cell["celda"], 1)


async def test_csv_of_a_hostile_name(client: QuartClient, history: History) -> None:
    """Such a name is one cell of the answer."""
    history.fold({("=1;+2", 'a,"b"', END - 1): 1000}, moment(NOW))

    _, lines = await table(client, formato="csv", ventana="1s", limite=1)

    assert lines[1] == ["2026-11-24T06:59:59.000Z", "serie", "'=1;'+2", 'a,"b"', "1000"]


async def test_csv_sums_to_the_same(client: QuartClient) -> None:
    """All rows together are all events of the window."""
    _, lines = await table(client, formato="csv", limite=1)

    assert sum(int(line[4]) for line in lines[1:]) == 17
    assert len(lines) == 1 + 900 * 2


async def test_csv_in_parts() -> None:
    """A long table is made in parts, so that others are served in between."""
    history = CONTRACT | {
        "otros": [0] * 1500,
        "series": [CONTRACT["series"][0] | {"puntos": [1] * 1500}],
    }

    parts = [part async for part in csv_parts(history)]

    assert len(parts) == 3
    assert "".join(parts).count("\r\n") == 1 + len(list(rows(history))) == 3001


def test_the_document_shows_the_contract() -> None:
    """The example of docs/history.md is the contract, and its table is that example as CSV."""
    text = (Path(__file__).parents[2] / "docs" / "history.md").read_text()
    example = text.partition("```json\n")[2].partition("```")[0]
    shown = text.partition("```\nhora,")[2].partition("```")[0].splitlines()[1:]

    assert json.loads(example) == CONTRACT
    assert shown == [",".join(map(str, row)) for row in list(rows(CONTRACT))[:3]]
