"""What `doctor` finds."""

from email.utils import formatdate

import pytest

from broker.topology import QUEUE_ARGUMENTS as DECLARED
from carga.broker_doctor import broker_version
from carga.doctor import clock
from carga.queue_doctor import QUEUE_ARGUMENTS, queue_arguments, queue_members
from live.queue_members import members_of
from tests.carga.conftest import Against
from tests.chain_stack import Chain


def test_all_well(lasting_chain: Chain, against: Against) -> None:
    """A chain that runs has nothing wrong, and the code is 0."""
    examined = against(lasting_chain, "doctor")

    assert examined.wait() == 0, examined.out
    assert "✗" not in examined.out
    version = lasting_chain.vhost.broker.api("GET", "/overview").json()["rabbitmq_version"]
    for what in ("AMQP", f"RabbitMQ: {version}", "queue cola_analiticas: as expected", "ws://"):
        assert f"✓ {what}" in examined.out


def test_queue_that_is_not_ours(chain: Chain, against: Against) -> None:
    """A queue with other arguments is named with what differs, and how to get rid of it."""
    chain.parts["servicio-analiticas"].stop()
    chain.vhost.api("DELETE", "queues", "/cola_analiticas").raise_for_status()
    body = {"durable": True, "arguments": {"x-queue-type": "classic"}}
    chain.vhost.api("PUT", "queues", "/cola_analiticas", body).raise_for_status()

    examined = against(chain, "doctor", "--quiet")

    assert examined.wait() == 3
    assert "x-queue-type='classic' instead of 'quorum'" in examined.out
    assert "rabbitmqadmin delete queue name=cola_analiticas" in examined.out
    assert "✓" not in examined.out


def test_arguments_are_those_of_the_analytics() -> None:
    """The queue that is expected is the one that the analytics declare."""
    assert QUEUE_ARGUMENTS == DECLARED
    assert queue_arguments({"arguments": DECLARED, "messages": 7}).bien
    assert not queue_arguments({"arguments": {**DECLARED, "x-max-length": 5}}).bien


@pytest.mark.parametrize(
    ("members", "running", "nodes", "good", "says"),
    [
        (1, 1, 1, True, "1, on the only node"),
        (3, 3, 3, True, "3, all run"),
        (5, 4, 3, True, "5, of which 4 run; not: e"),
        (3, 3, 1, True, "3, all run"),  # behind one name
        (3, 2, 3, False, "3, of which 2 run; not: c"),
        (1, 1, 3, False, "1, all run"),
        (2, 2, 1, False, "2, all run"),
    ],
)
def test_members(members: int, running: int, nodes: int, good: bool, says: str) -> None:
    """A single node is no fault; of several, three have to hold the queue and run."""
    queue = {"members": list("abcde"[:members]), "online": list("abcde"[:running])}
    (found,) = queue_members(queue, nodes)

    assert (found.bien, found.hallado) == (good, says)
    assert (found.remedio == "") is good
    told = members_of(queue, nodes)
    assert told == (members, running, good), "as /reporte/estado"


def test_members_that_the_broker_does_not_tell() -> None:
    """Of a queue that is not ours to judge, nothing is said."""
    assert queue_members({"type": "classic"}, 3) == []
    assert members_of({}, 3) is None


def test_members_whose_node_does_not_answer() -> None:
    """The queue's own list tells of it seconds later."""
    queue = {"members": list("abc"), "online": list("abc")}

    assert members_of(queue, 3, down={"b"}) == (3, 2, False)


@pytest.mark.parametrize(
    ("version", "good"), [("3.10.8", True), ("4.2.7", True), ("3.9.29", False), ("3.8", False)]
)
def test_versions(version: str, good: bool) -> None:
    """A broker that is too old is told what to become."""
    found = broker_version(version)

    assert found.bien is good
    assert (found.remedio == "") is good


@pytest.mark.parametrize(("ahead", "good"), [(0, True), (-2.5, True), (60, False), (-60, False)])
def test_clocks(ahead: float, good: bool) -> None:
    """Clocks that differ by more than two seconds are a fault: events carry the sender's."""
    assert clock(formatdate(1_800_000_000 + ahead, usegmt=True), 1_800_000_000).bien is good
