"""RabbitMQ on each machine, as one cluster."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from cluster.machines import Machine
from parts.broker import Node
from parts.service_accounts import operator_password, service_passwords


def cluster_nodes(
    folder: Path, machines: Sequence[Machine], settings: Mapping[str, str]
) -> list[Node]:
    cookie = _cookie(folder)
    return [
        Node(
            folder=machine.folder / "rabbitmq",
            amqp_port=int(settings["RABBITMQ_PORT"]),
            management_port=int(settings["RABBITMQ_MANAGEMENT_PORT"]),
            epmd_port=int(settings["RABBITMQ_EPMD_PORT"]),
            distribution_port=machine.port(settings, "RABBITMQ_DIST_PORT"),
            user=settings["RABBITMQ_USER"],
            password=operator_password(settings["RABBITMQ_PASSWORD"]),
            services=service_passwords(),
            name=node_name(machine),
            address=machine.address,
            cookie=cookie,
            more=cluster_settings(machines),
        )
        for machine in machines
    ]


def node_name(machine: Machine) -> str:
    return f"pulso-{machine.number}@{machine.address}"


def cluster_settings(machines: Sequence[Machine]) -> list[str]:
    """Nodes that are cut off from most of the others confirm nothing; 4.x may do so by itself."""
    node = "cluster_formation.classic_config.nodes"
    return [
        "cluster_formation.peer_discovery_backend = classic_config",
        *(f"{node}.{machine.number} = {node_name(machine)}" for machine in machines),
        "cluster_partition_handling = pause_minority",
        "queue_leader_locator = balanced",
        "collect_statistics_interval = 1000",  # who is missing is told within seconds
    ]


def paused_check() -> list[str]:
    """What ends a node that does not listen any more; reads the node's environment."""
    script = Path(__file__).with_name("guard_node.sh")
    return [shutil.which("bash") or "/bin/bash", str(script)]


def _cookie(folder: Path) -> str:
    kept = folder / "cookie"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_hex(16))
    return kept.read_text()
