"""A load run where several queues share the events, so that nobody knows their order."""

from broker.shards import shards
from tests.carga.conftest import Against
from tests.chain_stack import Chain
from tests.foreign_publisher import wait_for
from tests.topology_job import declare_topology


def test_only_the_mean_is_told(lasting_chain: Chain, simular: Against) -> None:
    """It is exact as ever; a threshold on a percentile that nobody can know is not met."""
    declare_topology(lasting_chain.vhost, 2)
    wait_for(
        f"{lasting_chain.report_url}/estado",
        lambda state: list(state.get("colas", ())) == shards(2),
    )

    run = simular(lasting_chain, "--umbral", "perdidos==0", "--umbral", "latencia_p99<60s")

    assert run.wait() == 99, run.err
    figures = run.summary["metricas"]
    assert run.summary["veredicto"] == "exacto"
    assert [each["cumplido"] for each in run.summary["umbrales"]] == [True, False]
    assert figures["latencia_p50"] is figures["latencia_p99"] is figures["latencia_max"] is None
    assert 0 < figures["latencia_media"] < 60_000
    assert figures["confirmacion_p99"] > 0
    assert figures["medidos"] == 100
    assert "of the latency to viewers only the mean is known" in run.out
