"""Row 46: publishers, then the analytics, go over to another broker while events arrive."""

from __future__ import annotations

import os
import time
from datetime import datetime

from tests.broker_stack import Broker, VirtualHost
from tests.faults.rig import Rig


class StartedBroker(Broker):
    """A node that somebody else started and ends, say of another version: as FAULTS_NEW_BROKER."""

    def __init__(self, address: str) -> None:
        """*address* is AMQP-PORT:MANAGEMENT-PORT:USER:PASSWORD, on this machine."""
        port, management_port, self.user, self.password = address.split(":")
        self.port, self.management_port = int(port), int(management_port)


def moved(rig: Rig, rate: float) -> None:
    """As docs/operations.md tells: topology, publishers, the old queue drains, the analytics."""
    rig.start()
    rig.load(rate)
    rig.load(rate, LOAD_ALONE=1)
    rig.until_counting(20)
    old, new = rig.vhost, _fresh_host(rig)
    _copy_topology(old, new)

    rig.finish_loads()  # they end when everything is confirmed, as services do that are restarted
    rig.vhost = new
    rig.load(rate)
    rig.load(rate, LOAD_ALONE=1)
    since = time.time()
    rig.until("the old queue is empty", lambda: _drained(rig, since), 60)
    rig.findings.check(rig.analytics.stop() == 0, "the analytics did not stop cleanly")
    rig.analytics = rig.new_analytics("analytics-moved")
    rig.analytics.start()
    rig.findings.notes.append(f"counting again {rig.until_counting(30):.1f} s after the move")
    rig.findings.faults += 1


def _fresh_host(rig: Rig) -> VirtualHost:
    address = os.environ.get("FAULTS_NEW_BROKER", "")
    broker = StartedBroker(address) if address else _started(rig)

    def told() -> bool:  # later than who is asking, on a node that has just started
        return broker.api("GET", "/overview").is_success

    rig.until("the new node tells of itself", told, 30)
    version = broker.api("GET", "/overview").json()["rabbitmq_version"]
    rig.findings.notes.append(f"to RabbitMQ {version}")
    broker.api("PUT", f"/vhosts/{rig.vhost.name}").raise_for_status()
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    path = f"/permissions/{rig.vhost.name}/{broker.user}"
    broker.api("PUT", path, everything).raise_for_status()
    return VirtualHost(broker, rig.vhost.name)


def _started(rig: Rig) -> Broker:
    broker = Broker(rig.folder / "new-broker")
    rig.keep(broker.epmd), rig.keep(broker.vm)
    broker.start()
    return broker


def _copy_topology(old: VirtualHost, new: VirtualHost) -> None:
    """What `rabbitmqctl export_definitions` and `import_definitions` do, for one virtual host."""
    definitions = old.broker.api("GET", f"/definitions/{old.name}").json()
    new.broker.api("POST", f"/definitions/{new.name}", definitions).raise_for_status()


def _drained(rig: Rig, since: float) -> bool:
    """Whether the analytics, which look once a second, saw nothing wait after *since*."""
    queue = (rig.read("/libro") or {}).get("cola") or {"medido": None}
    if queue["medido"] is None or datetime.fromisoformat(queue["medido"]).timestamp() < since:
        return False
    return bool(queue["listos"] == 0 and queue["sin_ack"] == 0)
