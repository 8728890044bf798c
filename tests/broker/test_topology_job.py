"""The job that declares what several analytics share."""

from __future__ import annotations

import pytest

from analytics_settings import Settings, read_settings
from broker import topology
from tests.broker_stack import VirtualHost
from tests.port_ranges import free_ports
from topologia import declare


def settings_for(vhost: VirtualHost, *nodes: str) -> Settings:
    return read_settings(vhost.settings | {"RABBITMQ_HOST": ",".join(nodes)})


async def test_what_is_new_waits_for_all_nodes(vhost: VirtualHost) -> None:
    """They are to be its members; what is there already waits for nobody."""
    (nobody,) = free_ports(1)
    here, too = f"127.0.0.1:{vhost.broker.port}", f"localhost:{vhost.broker.port}"
    one_is_away = settings_for(vhost, here, f"127.0.0.1:{nobody}")

    with pytest.raises(TimeoutError):
        await declare(one_is_away, seconds=2)
    assert vhost.api("GET", "queues").json() == []

    await declare(settings_for(vhost, here, too))
    assert {queue["name"] for queue in vhost.api("GET", "queues").json()} == set(topology.QUEUES)
    await declare(one_is_away)
