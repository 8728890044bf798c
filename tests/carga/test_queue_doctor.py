"""What `doctor` finds of queues that share the events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from broker.shards import EXCHANGE, QUEUE, SHARING_EXCHANGE
from broker.topology import QUEUE_ARGUMENTS
from carga.finding import Finding
from carga.queue_doctor import Wiring, examine_queues, judged
from tests.analiticas.test_shards import wire
from tests.broker_stack import VirtualHost

SECOND, THIRD = f"{QUEUE}.2", f"{QUEUE}.3"
SHARING = {"type": "x-consistent-hash", "arguments": {"hash-property": "message_id"}}


async def faults(vhost: VirtualHost) -> list[str]:
    """Of the real broker; but for consumers, whom it tells of seconds later."""
    node = vhost.broker
    login = httpx.BasicAuth(node.user, node.password)
    async with httpx.AsyncClient(auth=login, trust_env=False) as http:
        api = f"http://{node.host}:{node.management_port}/api"
        found = await examine_queues(http, api, vhost.name, 1)
    return [f"{each.que}: {each.hallado}" for each in found if not each.bien and not idle(each)]


def idle(finding: Finding) -> bool:
    return finding.hallado.endswith("nobody consumes it")


async def test_on_a_broker(vhost: VirtualHost) -> None:
    """One queue and three are well; what somebody changed by hand is named, with its queue."""
    assert await faults(vhost) == [f"queue {QUEUE}: does not exist"]
    await wire(vhost, 1)
    assert await faults(vhost) == []
    await wire(vhost, 3)
    assert await faults(vhost) == []

    direct = {"routing_key": ""}
    vhost.api("POST", "bindings", f"/e/{EXCHANGE}/q/{QUEUE}", direct).raise_for_status()
    assert await faults(vhost) == [
        f"exchange {EXCHANGE}: all events go to {QUEUE}, beside 3 queues that share them"
    ]
    vhost.api("DELETE", "exchanges", f"/{SHARING_EXCHANGE}").raise_for_status()
    vhost.api("DELETE", "queues", f"/{SECOND}").raise_for_status()
    fanout = {"type": "fanout", "durable": True, "internal": True}
    classic = {"durable": True, "arguments": {"x-queue-type": "classic"}}
    vhost.api("PUT", "exchanges", f"/{SHARING_EXCHANGE}", fanout).raise_for_status()
    vhost.api("PUT", "queues", f"/{SECOND}", classic).raise_for_status()
    queue, exchange = await faults(vhost)
    assert queue.startswith(f"queue {SECOND}: ")
    assert "x-queue-type='classic' instead of 'quorum'" in queue
    assert exchange == (
        f"exchange {SHARING_EXCHANGE}: hash-property=None instead of 'message_id',"
        " type='fanout' instead of 'x-consistent-hash'"
    )


def queue_named(name: str, **more: Any) -> Mapping[str, Any]:
    return {"name": name, "arguments": QUEUE_ARGUMENTS, "messages": 0, "consumers": 1, **more}


def wiring_of(*queues: Mapping[str, Any], shared: tuple[str, ...]) -> Wiring:
    ways = [(EXCHANGE, SHARING_EXCHANGE), *((SHARING_EXCHANGE, name) for name in shared)]
    bindings = [{"source": source, "destination": destination} for source, destination in ways]
    return Wiring(queues, SHARING, bindings)


@pytest.mark.parametrize(
    ("third", "good", "says"),
    [
        ({"consumers": 2}, True, "none any more, and it is empty: it may be deleted"),
        ({"messages": None}, True, "none any more, what is left is not known yet"),
        ({"messages": 7}, True, "none any more, 7 messages are left"),
        (
            {"messages": 7, "consumers": 0},
            False,
            "none any more, 7 messages are left; nobody consumes it",
        ),
    ],
)
def test_after_shrinking(third: Mapping[str, Any], good: bool, says: str) -> None:
    """Of a queue that gets nothing more it is said whether it may be deleted."""
    queues = queue_named(THIRD, **third), queue_named(SECOND), queue_named(QUEUE)
    found = judged(wiring_of(*queues, shared=(QUEUE, SECOND)), 1)

    *_, first, second, last = found
    assert [first.hallado, second.hallado] == ["a share", "a share"]
    assert (last.que, last.bien, last.hallado) == (f"events to {THIRD}", good, says)
    assert (last.remedio == "") is good


def test_a_share_that_nobody_consumes() -> None:
    """Its events would wait, and nothing else would tell."""
    queues = queue_named(QUEUE), queue_named(SECOND, consumers=0)
    (found,) = [
        each for each in judged(wiring_of(*queues, shared=(QUEUE, SECOND)), 1) if idle(each)
    ]

    assert (found.que, found.bien) == (f"events to {SECOND}", False)


def test_events_that_go_nowhere() -> None:
    """Publishers would be told so; here is why."""
    found = judged(Wiring([queue_named(QUEUE)], SHARING, []), 1)

    assert [each.hallado for each in found if each.que == f"exchange {EXCHANGE}"] == [
        "no event goes to a queue"
    ]
