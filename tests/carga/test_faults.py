"""Load runs while something breaks, or counts wrong."""

import asyncio
import re
import time
from collections.abc import Callable

import pytest

from carga.checking.reporte_client import ReporteClient
from carga.checking.web_access import WebAccess
from carga.run.settling import settled_counts
from tests.broker_stack import Broker, VirtualHost
from tests.carga.conftest import Against, Counting
from tests.chain_stack import Chain
from tests.foreign_publisher import amqp_publish, read, wait_for
from tests.stack import python_part

SLOWLY = ("--tasa", "400", "--duracion", "3s")  # so that there is time to break something
OUTAGE = 2.5  # seconds, of which a run that looks each second sees one


@pytest.fixture
def chain(lasting_chain: Chain) -> Chain:
    """Each run has a seed of its own, and each test leaves every part at work."""
    return lasting_chain


def test_outage_is_in_the_figures(chain: Chain, simular: Against, counting: Counting) -> None:
    """Analytics that are killed and come back cost no event, and their absence shows."""
    run = simular(chain, *SLOWLY, "--duracion", "4s", "--semilla", "61")
    counting(chain, 400)
    analytics = chain.parts["servicio-analiticas"]
    analytics.kill()
    time.sleep(OUTAGE)
    analytics.start()

    assert run.wait() == 0, run.err
    assert run.summary["veredicto"] == "exacto"
    assert run.summary["metricas"]["latencia_max"] > 1000 * OUTAGE
    page = (run.report / "reporte.html").read_text()
    assert "the analytics did not answer from second" in page
    assert 'class="band"' in page


async def test_analytics_away_at_the_last_look(chain: Chain) -> None:
    """The verdict waits for analytics that are just starting again."""
    before = read(chain.report_url)["total"]
    amqp_publish(chain.vhost, '{"cliente":"a"}')
    wait_for(chain.report_url, lambda report: report["total"] == before + 1)
    analytics = chain.parts["servicio-analiticas"]
    analytics.kill()
    async with ReporteClient(WebAccess(chain.origin)) as reporte:
        last = asyncio.create_task(settled_counts(reporte, {"a": 0}, {"a": 1}, {}, patience=0))
        await asyncio.to_thread(analytics.start)
        settled = await last

    assert settled.ledger["a"].lost == 0


def test_viewers_come_back(chain: Chain, simular: Against, counting: Counting) -> None:
    """A panel that is killed loses its viewers; they return, and end with what was counted."""
    run = simular(chain, *SLOWLY, "--semilla", "62")
    counting(chain, 400)
    chain.parts["panel-visual"].kill()
    chain.parts["panel-visual"].start()

    assert run.wait() == 0, run.err
    assert run.summary["metricas"]["caidas_visores"] >= 10


def test_broker_comes_back(
    own_broker: Callable[[], Broker],
    chain_on: Callable[[VirtualHost], Chain],
    simular: Against,
    counting: Counting,
) -> None:
    """A broker that is killed keeps the events waiting at the generators; all are counted."""
    broker = own_broker()
    with broker.virtual_host() as vhost:
        chain = chain_on(vhost)
        vhost.wait_saved("cola_analiticas")
        run = simular(chain, *SLOWLY)
        counting(chain, 400)
        broker.kill()
        broker.start()

        assert run.wait() == 0, run.err
    assert run.summary["veredicto"] == "exacto"
    assert any("the broker is away" in notice for notice in run.summary["avisos"])


def test_event_counted_twice_is_found(chain: Chain, simular: Against) -> None:
    """A store that counts one event twice: exit 4, with the client and the difference."""
    honest = chain.parts["servicio-analiticas"]
    honest.stop()
    settings = {
        "REPORTE_PORT": chain.routes.reporte_port,
        "STORE_PATH": chain.store_path,
        **chain.amqp_settings,
    }
    wrong = python_part("wrong", "tests/carga/double_counting.py", settings, chain.folder)
    try:
        wrong.start()
        run = simular(chain, "--semilla", "63")

        assert run.wait() == 4
    finally:
        wrong.kill()
        honest.start()
    (difference,) = run.summary["diferencias"]
    assert difference["hallado"] == difference["esperado"] + 1
    assert re.search(rf"{difference['cliente']}: .* 1 counted twice", run.out)
