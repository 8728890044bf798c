"""`verificar`: a finished run against what is there now."""

import json

import pytest

from carga.command_line import FAILED, OK
from tests.carga.conftest import Against, Command
from tests.chain_stack import Chain
from tests.contracts.wire_schemas import sent
from tests.foreign_publisher import publish, wait_for
from tests.unwritable_output import full_disk, reader_that_left


@pytest.mark.parametrize("words", ["verificar", "verificar --json", "doctor", "doctor --json"])
def test_what_was_found_cannot_be_written(
    lasting_chain: Chain, finished: Command, against: Against, words: str
) -> None:
    """On a full disk that is told and is a failure; to who has left, nothing is said."""
    more = ("--salida", str(finished.folder)) if "verificar" in words else ()
    with full_disk() as full, reader_that_left() as left:
        unheard = against(lasting_chain, *words.split(), *more, stdout=left)
        unwritten = against(lasting_chain, *words.split(), *more, stdout=full)
        assert (unheard.wait(), unheard.err) == (OK, "")
        assert unwritten.wait() == FAILED

    assert unwritten.err.count("\n") == 1
    assert "can't be written to standard output: No space left on device" in unwritten.err


async def test_later_events_are_a_difference(
    lasting_chain: Chain, finished: Command, against: Against
) -> None:
    """More events under a run's name are named, with the run's seed; the code is 4."""
    again = against(lasting_chain, "verificar", "--salida", str(finished.folder))
    assert again.wait() == 0, again.err
    assert "Exact: all 1,200 confirmed events are still counted." in again.out

    total = finished.summary["libro"]["sim-9-001"]["despues"]
    await publish(lasting_chain.vhost, {"cliente": "sim-9-001"})
    wait_for(lasting_chain.report_url, lambda r: r["clientes"]["sim-9-001"] == total + 1)
    again = against(lasting_chain, "verificar", "--json", str(finished.report / "resumen.json"))

    assert again.wait() == 4
    sent("load_verification", again.out)
    (difference,) = json.loads(again.out)["diferencias"]
    assert (difference["cliente"], difference["hallado"]) == ("sim-9-001", total + 1)
    assert "another run with --semilla 9" in difference["frase"]


def test_another_store_compares_with_nothing(
    chain: Chain, finished: Command, against: Against
) -> None:
    """A report of one store is not verified against another one."""
    again = against(chain, "verificar", str(finished.report))

    assert again.wait() == 4
    assert "another store" in again.out
