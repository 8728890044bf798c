"""rabbitmqctl on the node of a fault run."""

from __future__ import annotations

import subprocess

from parts.broker import node_environment
from tests.broker_stack import Broker


def control(broker: Broker, *command: str) -> str:
    environment = node_environment(broker.node, {})
    environment["PATH"] = "/usr/bin:/bin:/usr/sbin:/sbin"
    environment.pop("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS")
    answer = subprocess.run(
        ["/usr/lib/rabbitmq/bin/rabbitmqctl", "-n", "pulso@localhost", *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, f"rabbitmqctl {command}: {answer.stdout}{answer.stderr}"
    return answer.stdout
