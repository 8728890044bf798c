"""What Prometheus says of the real services while their broker is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from broker import topology
from tests.broker_stack import Broker, VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import publish, read, wait_for
from tests.prometheus_stack import Prometheus


@pytest.fixture(scope="module")
def lasting_vhost(own_broker: Callable[[], Broker]) -> Iterator[VirtualHost]:
    """On a node that a test may freeze and kill."""
    with own_broker().virtual_host() as fresh:
        yield fresh


@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_a_broker_that_is_away(watched: tuple[Chain, Prometheus], fault: str) -> None:
    """Both that need it say so, and nothing else is wrong; it ends when the broker is back."""
    chain, prometheus = watched
    broker = chain.vhost.broker
    total = read(chain.report_url)["total"]
    await publish(chain.vhost, {"cliente": "antes"})
    wait_for(chain.report_url, lambda report: report["total"] == total + 1)
    for queue in topology.QUEUES:
        chain.vhost.wait_saved(queue)

    if fault == "frozen":
        broker.pause()  # noticed when its heartbeats are missed: after half a minute
    else:
        broker.kill()
    prometheus.wait_firing_in("PulsoBrokerAway", {"analiticas", "entrada"}, seconds=90)
    assert prometheus.firing() == {"PulsoBrokerAway"}

    if fault == "frozen":
        broker.resume()
    else:
        broker.start()
    prometheus.wait_quiet(seconds=90)
    await publish(chain.vhost, {"cliente": "despues"})
    wait_for(chain.report_url, lambda report: report["total"] == total + 2)
