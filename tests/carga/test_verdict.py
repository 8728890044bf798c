"""What a run's figures come to."""

import pytest

from carga.checking.reporte_client import Depth, Estado, Others, Reporte
from carga.checking.verification import (
    ClientLine,
    count_differences,
    same_version,
    screen_differences,
)
from carga.wire.messages import Standing


def line(confirmed: int, rise: int, unconfirmed: int = 0, before: int = 100) -> ClientLine:
    return ClientLine(
        antes=before, confirmados=confirmed, sin_confirmar=unconfirmed, despues=before + rise
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (line(5, 5), None),
        (line(5, 4), "uno: 5 confirmed, 4 counted: 1 missing"),
        (line(5, 6), "uno: 5 confirmed, 6 counted: 1 counted twice"),
        (line(5, 6, unconfirmed=1), None),  # nobody knows what became of that one
        (line(5, 7, unconfirmed=1), "uno: 5 confirmed, 7 counted: 1 counted twice"),
    ],
)
def test_count_differences(found: ClientLine, sentence: str | None) -> None:
    """What is confirmed must be counted; what is unconfirmed may be."""
    assert [each.frase for each in count_differences({"uno": found})] == [sentence] * bool(sentence)


def report(version: int = 7, total: int = 105, epoca: str = "e") -> Reporte:
    return Reporte(epoca, version, total, {"uno": 105}, Others(0, 0))


def standing(
    clientes: dict[str, int], version: int = 7, total: int = 105, epoca: str = "e"
) -> Standing:
    return Standing(3, epoca, version, total, 0, clientes)


@pytest.mark.parametrize(
    ("shown", "names"),
    [
        (standing({"uno": 105}), []),
        (standing({"otro": 105}), []),  # not among the clients listed
        (standing({"uno": 104}), ["uno"]),
        (standing({"uno": 105}, total=104), ["total"]),
        (standing({"uno": 105}, total=104, version=6), []),  # others publish meanwhile
        (standing({"uno": 105}, epoca="f"), ["epoca"]),
    ],
)
def test_screen_differences(shown: Standing, names: list[str]) -> None:
    """Viewers must show what is counted, as far as they show it."""
    found = screen_differences({"uno": line(5, 5)}, report(), [standing({"uno": 105}), shown])

    assert [each.cliente for each in found] == names


def test_totals_compare_at_one_version() -> None:
    """Totals say something only when viewers and report are at the same version."""
    assert same_version(report(), [standing({})])
    assert not same_version(report(), [standing({}), standing({}, version=6)])


def test_what_still_waits_is_said() -> None:
    """The analytics tell why something is not counted yet."""
    assert Estado("conectado", "ok", Depth(0, 0)).waiting == ""
    assert Estado("bloqueado", "ok", Depth(0, 0)).waiting == ""
    assert Estado("conectado", "en_pausa", Depth(3, 4)).waiting == (
        "7 messages were still in the queue, the store was en_pausa"
    )
