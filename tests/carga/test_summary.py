"""From what a run left behind to its verdict and its exit code."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from carga.checking.reporte_client import Others, Reporte
from carga.checking.verification import ClientLine
from carga.command_line import code_of
from carga.figures.metrics import METRICS
from carga.figures.numbers import RunNumbers
from carga.figures.thresholds import Threshold
from carga.finding import Finding
from carga.options import LoadOptions
from carga.report.folder import encoded
from carga.report.summary import Summary, summarise
from carga.run.course import Outcome
from carga.run.settling import Settled
from carga.sending.schedule import Schedule
from carga.verify_again import Verified
from carga.wire.messages import Begin, Finished
from tests.contracts.wire_schemas import example, schema, sent

OPTIONS = LoadOptions(
    rate=10, seconds=1, clients=1, profile="constante", viewers=3, seed=1, kinds=("clic",),
    one_by_one=False, connections=1, processes=1, thresholds=(), output=Path(), url=None,
    json=False, quiet=False,
)  # fmt: skip


def outcome(
    confirmed: int = 10,
    counted: int = 10,
    unconfirmed: int = 0,
    absent: int = 0,
    answers: bool = True,
    interrupted: bool = False,
) -> Outcome:
    numbers = RunNumbers(Schedule("constante", 10, 1), [0])
    numbers.confirmed = confirmed
    line = ClientLine(antes=0, confirmados=confirmed, sin_confirmar=unconfirmed, despues=counted)
    report = Reporte("e", 1, counted, {"sim-1-001": counted}, Others(0, 0))
    settled = Settled({"sim-1-001": line}, report, None, [], absent) if answers else Settled()
    finished = Finished(
        confirmed={0: confirmed}, unconfirmed={0: unconfirmed}, unsent=0, messages=1, seconds=1.0
    )
    return Outcome(
        numbers=numbers, settled=settled, epoca="e", came=None, started=Begin(1, 1), seconds=1.0,
        finished=[finished], interrupted=interrupted, notes=[],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "verdict", "code", "words"),
    [
        (outcome(), "exacto", 0, "Exact: 10 events confirmed, as many counted, and all 3 viewers"),
        (outcome(counted=8), "diferencias", 4, "2 events confirmed and not counted"),
        (outcome(counted=11), "diferencias", 4, "1 events counted twice"),
        (outcome(confirmed=9, unconfirmed=1), "diferencias", 4, "1 events never confirmed"),
        (outcome(absent=2), "diferencias", 4, "2 viewers without a connection"),
        (outcome(answers=False), "sin_verificar", 3, "/reporte no longer answers"),
        (outcome(interrupted=True), "exacto", 130, "Exact"),
        (outcome(counted=8, interrupted=True), "diferencias", 4, "not counted"),
    ],
)
def test_verdict(found: Outcome, verdict: str, code: int, words: str) -> None:
    """The sentence says what is wrong, and a script is told the worst."""
    summary = summarise(found, OPTIONS, "http://x")

    sent("load_report", encoded(summary))
    assert summary.veredicto == verdict
    assert words in summary.frase
    assert code_of(summary) == code


@pytest.mark.parametrize(
    ("name", "kind"), [("resumen", Summary), ("verificar", Verified), ("doctor", list[Finding])]
)
def test_what_the_contract_shows_is_read_and_written(name: str, kind: Any) -> None:
    """What programs print with --json comes out as it stands there."""
    read = msgspec.convert(example(name), kind)

    assert msgspec.json.decode(msgspec.json.encode(read)) == example(name)


def test_the_schema_beside_a_report_has_the_contracts_fields() -> None:
    """What is generated for a folder and what stands in contracts/ name the same ones."""
    generated = msgspec.json.schema(Summary)["$defs"]["Summary"]
    contract = schema("load_report")

    assert list(generated["properties"]) == list(contract["properties"])
    assert set(contract["properties"]["metricas"]["properties"]) == set(METRICS)


def test_threshold_comes_last() -> None:
    """A missed threshold matters only if nothing worse happened."""
    missed = (Threshold("perdidos>0", "perdidos", ">", 0),)
    options = LoadOptions(
        **{n: getattr(OPTIONS, n) for n in OPTIONS.__slots__} | {"thresholds": missed}
    )

    assert code_of(summarise(outcome(), options, "http://x")) == 99
    assert code_of(summarise(outcome(interrupted=True), options, "http://x")) == 130


def test_costly_generator_is_not_trusted() -> None:
    """Past 70 % of a core a process measures itself: the report says so."""
    found = outcome()
    found.numbers.cpu["generator 1"].read(0, 0)
    found.numbers.cpu["generator 1"].read(10, 7.1)

    summary = summarise(found, OPTIONS, "http://x")

    assert not summary.fiable
    assert "generator 1 used 71 % of a core: latencies are not to be trusted" in summary.avisos


def test_another_store_is_told() -> None:
    """If counting began anew during the run, that explains the differences."""
    found = outcome(counted=3)
    found.settled.report = Reporte("f", 1, 3, {}, Others(0, 0))

    summary = summarise(found, OPTIONS, "http://x")

    assert any("counting began anew" in text for text in summary.avisos)
