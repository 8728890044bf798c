import json

import msgspec
import pytest

from messages.deltas import Deltas
from messages.frames import Latido, encode
from messages.report_wire import Depth, Reporte
from tests.panel.conftest import Contract
from tests.panel.news import news

NEXT = {"version": 1235, "generado": "2026-11-24T07:00:00.223Z", "total": 5022}


def reports(contract: Contract) -> list[Reporte]:
    first = contract("reporte")
    second = first | NEXT
    second["clientes"] = {"cliente_uno": 3000, "cliente_dos": 2022}
    second["eventos"] = {"clic": 5001, "compra": 21}
    return [msgspec.convert(report, Reporte) for report in (first, second)]


def test_the_first_message_is_the_contracts_snapshot(contract: Contract) -> None:
    """A report becomes the snapshot of the contract."""
    first, _ = reports(contract)

    update = news(Deltas(), first)

    assert update.change is None
    assert json.loads(update.snapshot) == contract("instantanea")


def test_the_next_message_is_the_contracts_change(contract: Contract) -> None:
    """What differs between two reports becomes the change of the contract."""
    first, second = reports(contract)
    deltas = Deltas()
    deltas.advance(first)

    update = news(deltas, second)

    assert update.change and json.loads(update.change) == contract("cambio")


def test_nothing_new_is_nothing_to_push(contract: Contract) -> None:
    """The same report again makes no message."""
    first, _ = reports(contract)
    deltas = Deltas()
    deltas.advance(first)

    assert deltas.advance(first) is None


def test_a_duplicate_is_a_change(contract: Contract) -> None:
    """A commit that counted nothing but a duplicate is pushed, with no client in it."""
    first, _ = reports(contract)
    deltas = Deltas()
    deltas.advance(first)

    update = news(deltas, msgspec.structs.replace(first, version=1235, duplicados=8))

    assert update.change
    change = json.loads(update.change)
    assert (change["version"], change["previa"], change["duplicados"]) == (1235, 1234, 8)
    assert change["clientes"] == {}


def test_another_epoca_is_a_snapshot_for_everyone(
    contract: Contract, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing builds on counts of another store."""
    first, _ = reports(contract)
    deltas = Deltas()
    deltas.advance(first)

    update = news(deltas, msgspec.structs.replace(first, epoca="otra", version=1235))

    assert update.change is None
    assert "counting started anew: epoca 'otra'" in caplog.text


def test_an_older_report_of_the_same_store_is_nothing_new(contract: Contract) -> None:
    """No viewer's number falls because one of several that answer is behind."""
    first, second = reports(contract)
    deltas = Deltas()
    deltas.advance(second)

    assert deltas.is_older(first)
    assert deltas.advance(first) is None
    later = news(deltas, msgspec.structs.replace(second, version=1236))
    assert later.change and json.loads(later.change)["previa"] == 1235


def test_the_heartbeat_is_the_contracts(contract: Contract) -> None:
    """A heartbeat has the fields of the contract and no others."""
    expected = contract("latido")
    fields = {k: v for k, v in expected.items() if k != "tipo"}
    fields["cola"] = Depth(**fields["cola"])

    assert json.loads(encode(Latido(**fields))) == expected
