import json
from typing import Any

import pytest

from comun.service_answer import InvalidAnswerError, decode
from messages.report_wire import Estado, Reporte
from tests.panel.conftest import Contract


def test_reads_the_contracts(contract: Contract) -> None:
    """The examples that the analytics are held to are understood."""
    report = decode(Reporte, json.dumps(contract("reporte")).encode())
    estado = decode(Estado, json.dumps(contract("estado")).encode())

    assert (report.version, report.clientes) == (1234, {"cliente_uno": 3000, "cliente_dos": 2021})
    assert (estado.broker, estado.tasas["1s"]) == ("conectado", 4.0)


def test_ignores_what_it_does_not_know(contract: Contract) -> None:
    """A newer analytics may say more."""
    assert decode(Reporte, json.dumps(contract("reporte") | {"nuevo": 1}).encode())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"total": 5022}, "total is 5022, but clientes and the rest make 5021"),
        ({"otros_eventos": {"tipos": 1, "total": 1}}, "eventos and the rest make 5022"),
        ({"version": -1}, "version"),
        ({"version": "7"}, "version"),
        ({"total": 2**53}, "total"),
        ({"epoca": ""}, "epoca"),
        ({"clientes": {"x" * 65: 5021}}, "clientes"),
        ({"clientes": {"": 5021}}, "clientes"),
        ({"clientes": {"a": True}}, "clientes"),
        ({"rechazados": None}, "rechazados"),
    ],
)
def test_refuses_an_invalid_report(contract: Contract, change: dict[str, Any], reason: str) -> None:
    """A report that does not add up is not shown; the reason names the part."""
    with pytest.raises(InvalidAnswerError, match=reason):
        decode(Reporte, json.dumps(contract("reporte") | change).encode())


@pytest.mark.parametrize("body", [b"", b"no es json", b"[]", b'{"epoca": "\xff"}', b"[" * 100_000])
def test_refuses_what_is_no_report(body: bytes) -> None:
    """Any body at all is either a report or refused with a reason."""
    with pytest.raises(InvalidAnswerError, match="not a valid reporte"):
        decode(Reporte, body)
