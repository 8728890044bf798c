"""What RABBITMQ_HOST and RABBITMQ_TLS_CA may say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import certifi
import pytest

import analytics_settings
import sender_settings
from carga import settings as load_settings
from comun.broker_nodes import MOST_NODES, BrokerNode, check_broker, in_random_order, nodes_of
from intake import settings as intake_settings
from publishing.broker_link import Broker
from tests.stack import ROOT

READERS: dict[str, Callable[[Mapping[str, str]], Any]] = {
    "analytics": analytics_settings.read_settings,
    "demo client": sender_settings.read_settings,
    "lines": sender_settings.read_line_settings,
    "intake": intake_settings.read_intake_settings,
    "load": load_settings.read_load_settings,
}


@pytest.mark.parametrize(
    ("said", "nodes"),
    [
        ("127.0.0.1", [("127.0.0.1", 5672)]),
        ("rabbitmq-service", [("rabbitmq-service", 5672)]),
        ("a,b:5673, c_1.example ", [("a", 5672), ("b", 5673), ("c_1.example", 5672)]),
        ("[::1],[fe80::1]:5673", [("::1", 5672), ("fe80::1", 5673)]),
        ("::1", [("::1", 5672)]),  # alone it can't be misread
        ("a,a:5673", [("a", 5672), ("a", 5673)]),
    ],
)
def test_nodes(said: str, nodes: list[tuple[str, int]]) -> None:
    """Names and addresses, each with a port of its own or the usual one."""
    assert list(nodes_of(said, 5672)) == nodes


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("a,,b", "'' is no host or host:port"),
        ("amqp://a", "'amqp://a' is no host or host:port"),
        ("a b", "'a b' is no host or host:port"),
        ("user@a", "is no host or host:port"),
        ("a:", "'a:' is no host or host:port"),
        ("a:amqp", "'a:amqp' is no host or host:port"),
        ("a:0", "a port is a number from 1 to 65535"),
        ("a:65536", "a port is a number from 1 to 65535"),
        ("a,::1", "an IPv6 address stands in brackets, [::1]"),
        ("[a]", "no IPv6 address in brackets"),
        ("[::1", "'[::1' is no host or host:port"),
        ("a,b,a:5672", "'a:5672' is there twice"),
        (",".join(f"a{n}" for n in range(MOST_NODES + 1)), "17 nodes, at most 16"),
    ],
)
def test_a_wrong_entry_is_named(said: str, what: str) -> None:
    """In one sentence, with the variable and what to do."""
    with pytest.raises(ValueError, match="RABBITMQ_HOST=") as wrong:
        check_broker(said, 5672, "")

    assert what in str(wrong.value)
    assert "Set RABBITMQ_HOST in .env or in the environment." in str(wrong.value)


def test_a_file_of_authorities_is_read_at_once(tmp_path: Path) -> None:
    """One that is missing, or holds no certificate, is a sentence and no later surprise."""
    empty = tmp_path / "empty.crt"
    empty.touch()
    for path, what in ((tmp_path / "gone.crt", "No such file"), (empty, "holds no certificate")):
        with pytest.raises(ValueError, match="RABBITMQ_TLS_CA=") as wrong:
            check_broker("a", 5671, str(path))
        assert what in str(wrong.value)


def test_every_node_is_first_sometimes() -> None:
    """Those who lose a node spread over the others, and none is left out."""
    nodes = nodes_of("a,b,c", 5672)
    orders = [in_random_order(nodes) for _ in range(200)]

    assert {order[0] for order in orders} == set(nodes)
    assert {frozenset(order) for order in orders} == {frozenset(nodes)}


def test_a_node_is_written_as_it_is_read() -> None:
    """An IPv6 address in its brackets."""
    assert str(BrokerNode("::1", 5672)) == "[::1]:5672"
    assert str(BrokerNode("a", 5672)) == "a:5672"


@pytest.mark.parametrize("who", READERS)
def test_every_service_reads_them(who: str, tmp_path: Path) -> None:
    """Each takes the same list, refuses the same entries, and knows the ports of TLS."""
    read, name = READERS[who], {"CLIENTE": "uno"}
    several = read(name | {"RABBITMQ_HOST": "a,b:5673", "RABBITMQ_PORT": "5674"})
    encrypted = read(name | {"RABBITMQ_TLS_CA": certifi.where()})

    assert nodes_of(several.rabbitmq_host, several.rabbitmq_port) == [("a", 5674), ("b", 5673)]
    assert (read(name).rabbitmq_port, encrypted.rabbitmq_port) == (5672, 5671)
    if who == "load":
        assert (read({}).rabbitmq_management_port, encrypted.rabbitmq_management_port) == (
            15672,
            15671,
        )
    for wrong in ({"RABBITMQ_HOST": "a,,b"}, {"RABBITMQ_TLS_CA": str(tmp_path / "gone")}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            read(name | wrong)


def test_a_publisher_of_ones_own_reads_them() -> None:
    """And is told at once of an entry that makes no sense."""
    nodes = Broker("a,[::1]:5673", 5672, "u", "p", "/", "mine").nodes

    assert nodes == [("a", 5672), ("::1", 5673)]
    with pytest.raises(ValueError, match="no host or host:port"):
        Broker("a,", 5672, "u", "p", "/", "mine")


def test_a_wrong_setting_is_wrong_usage() -> None:
    """Also of the command that sends rejected messages again: 2, and a sentence."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "servicio-analiticas" / "rechazados.py"), "listar"],
        env={"RABBITMQ_HOST": "a,,b"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "rechazados listar: RABBITMQ_HOST='a,,b': '' is no host or host:port."
        " Set RABBITMQ_HOST in .env or in the environment.\n"
    )
