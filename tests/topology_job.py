"""The job that declares exchanges and queues for services that share a store."""

from __future__ import annotations

import subprocess
import sys

from tests.broker_stack import VirtualHost
from tests.stack import ROOT


def declare_topology(vhost: VirtualHost, queues: int = 1) -> None:
    """*queues*: how many share the events."""
    environment = vhost.settings | {"COLAS": str(queues)}
    job = [sys.executable, str(ROOT / "servicio-analiticas" / "topologia.py")]
    done = subprocess.run(job, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
