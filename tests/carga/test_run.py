"""Load runs against the real chain, in peace."""

import csv
import re
import signal
import time

import httpx
import msgspec

from carga.report.summary import Summary
from tests.carga.conftest import Against, Counting
from tests.chain_stack import Chain
from tests.contracts.wire_schemas import sent


def names(chain: Chain) -> dict[str, int]:
    clientes: dict[str, int] = httpx.get(chain.report_url, trust_env=False).json()["clientes"]
    return clientes


def test_run_is_exact_beside_others(
    lasting_chain: Chain, simular: Against, against: Against
) -> None:
    """Confirmed, counted and shown agree while another client publishes, and so they stay."""
    other = lasting_chain.client("cliente_uno", EVENTS_PER_SECOND=50)
    other.start()
    started = time.monotonic()
    run = simular(lasting_chain, "--umbral", "perdidos==0", "--umbral", "latencia_p99<60s")

    assert run.wait() == 0, run.err
    assert other.stop() == 0
    summary = msgspec.json.decode((run.report / "resumen.json").read_bytes(), type=Summary)
    assert summary.veredicto == "exacto"
    assert summary.metricas["confirmados"] == summary.metricas["contados"] == 1200
    assert sum(line.confirmados for line in summary.libro.values()) == 1200
    counted = names(lasting_chain)
    assert {n: line.despues for n, line in summary.libro.items() if line.despues} == {
        n: total for n, total in counted.items() if n.startswith("sim-42-")
    }
    assert summary.visores_monotono is not None
    first, last = summary.visores_monotono
    assert started < first <= last < summary.inicio_monotono < time.monotonic()
    assert summary.metricas["medidos"] == 100
    p50, p99 = summary.metricas["latencia_p50"], summary.metricas["latencia_p99"]
    assert p50 and p99 and 0 < p50 <= p99
    assert 0 < (summary.metricas["mensajes"] or 0) < 1200
    assert all(each.cumplido for each in summary.umbrales)
    assert "Exact: 1,200 events confirmed, as many counted, and all 10 viewers show it." in run.out

    assert against(lasting_chain, "verificar", str(run.report)).wait() == 0


def test_report_is_complete_and_offline(lasting_chain: Chain, simular: Against) -> None:
    """The report's four files tell of the same run; the page loads nothing from anywhere."""
    run = simular(
        lasting_chain,
        "--semilla",
        "1",
        "--lote",
        "1",
        "--conexiones",
        "3",
        "--procesos",
        "2",
        "--quiet",
    )

    assert run.wait() == 0, run.err
    assert (run.out, run.err) == ("", "")
    found = {path.name for path in run.report.iterdir()}
    assert found == {
        "resumen.json",
        "resumen.schema.json",
        "serie.csv",
        "reporte.html",
    }
    assert run.summary["metricas"]["mensajes"] == run.summary["metricas"]["confirmados"]
    rows = list(csv.DictReader((run.report / "serie.csv").read_text().splitlines()))
    assert sum(float(row["confirmados"]) for row in rows) == run.summary["metricas"]["confirmados"]
    assert sum(float(row["mostrados"]) for row in rows) == run.summary["metricas"]["confirmados"]
    page = (run.report / "reporte.html").read_text()
    assert page.count("<svg") == 4
    assert not re.search(r"(src|href|url\(|@import)", page)
    everything = "".join(path.read_text() for path in run.report.iterdir())
    assert lasting_chain.vhost.broker.password not in everything


def test_interrupted_run_is_verified(
    lasting_chain: Chain, simular: Against, counting: Counting
) -> None:
    """Ctrl-C ends the schedule; what was sent is verified and reported, and the code is 130."""
    run = simular(lasting_chain, "--semilla", "2", "--duracion", "60s")
    counting(lasting_chain, 400)
    run.process.send_signal(signal.SIGINT)

    assert run.wait() == 130, run.err
    assert run.summary["interrumpido"]
    assert run.summary["veredicto"] == "exacto"
    assert 50 < run.summary["metricas"]["confirmados"] < 24_000


def test_missed_threshold(lasting_chain: Chain, simular: Against) -> None:
    """A threshold that is not met is named, and the code is 99."""
    run = simular(
        lasting_chain, "--semilla", "3", "--umbral", "latencia_p50<0.1ms", "--umbral", "perdidos==0"
    )

    assert run.wait() == 99, run.err
    assert "✗ latencia_p50<0.1ms" in run.out
    assert "✓ perdidos==0" in run.out


def test_json_is_all_there_is_on_stdout(lasting_chain: Chain, simular: Against) -> None:
    """With --json stdout holds resumen.json and nothing else; without viewers it is exact too."""
    run = simular(lasting_chain, "--semilla", "4", "--json", "--visores", "0", "--perfil", "rampa")

    assert run.wait() == 0, run.err
    sent("load_report", run.out)
    summary = msgspec.json.decode(run.out, type=Summary)
    assert summary.metricas["confirmados"] == 600
    assert summary.metricas["latencia_p50"] is None
