"""What can be done to a machine or to one of its parts, and taken back."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.cluster.machine_network import MachineNetwork
from tests.cluster.running_cluster import RunningCluster
from tests.postgres_stack import parents


class Target(NamedTuple):
    """
    A part by its launcher's name, and the number of its machine.

    *shown*: the page says how many of them run.
    """

    name: str
    part: str
    machine: Callable[[RunningCluster], int]
    shown: bool = False

    def found(self, cluster: RunningCluster) -> Target:
        """It as it is now, wherever its role goes."""
        number = self.machine(cluster)
        return self._replace(machine=lambda _: number)


def queue_leader(cluster: RunningCluster) -> int:
    return _known(cluster.leading().queue)


def primary(cluster: RunningCluster) -> int:
    return _known(cluster.leading().database)


def standby(cluster: RunningCluster) -> int:
    """One that a COMMIT waits for."""
    return _known(cluster.with_role("sync_standby"))


def etcd_leader(cluster: RunningCluster) -> int:
    return _known(cluster.leading().etcd)


def _known(machine: int | None) -> int:
    """Another one in its place would make the row lie about what it harmed."""
    if machine is None:
        raise LookupError("nobody tells who leads")
    return machine


TARGETS = {
    target.name: target
    for target in (
        Target("the queue's leader", "rabbitmq-service", queue_leader, shown=True),
        Target("another broker", "rabbitmq-service", lambda c: queue_leader(c) % 3 + 1, shown=True),
        Target("the primary", "postgres", primary),
        Target("the standby", "postgres", standby),
        Target("etcd's leader", "etcd", etcd_leader),
        Target("an analytics", "servicio-analiticas", lambda _: 1, shown=True),
        Target("a panel", "panel-visual", lambda _: 2),
    )
}

Undo = Callable[[], None]
Harm = Callable[[RunningCluster, MachineNetwork, Target], Undo]


def kill(cluster: RunningCluster, _: MachineNetwork, target: Target) -> Undo:
    """It is back by itself."""
    killed(cluster, target)
    return lambda: None


def killed(cluster: RunningCluster, target: Target) -> None:
    harmed = pids(cluster, target.part, target.machine(cluster))
    reached = sum(signalled(pid, signal.SIGKILL) for pid in harmed)
    assert reached, f"{target.name} was dead"


def freeze(cluster: RunningCluster, _: MachineNetwork, target: Target) -> Undo:
    frozen = pids(cluster, target.part, target.machine(cluster))
    reached = sum(signalled(pid, signal.SIGSTOP) for pid in frozen)
    assert reached, f"{target.name} was dead"

    def resume() -> None:
        for pid in frozen:
            signalled(pid, signal.SIGCONT)

    return resume


def cut(cluster: RunningCluster, network: MachineNetwork, target: Target) -> Undo:
    """With all else on its machine."""
    number = target.machine(cluster)
    network.cut(number)
    return lambda: network.mend(number)


HARMS: dict[str, Harm] = {"kill": kill, "freeze": freeze, "cut": cut}


def pids(cluster: RunningCluster, part: str, machine: int) -> list[int]:
    """A PostgreSQL goes with its Patroni."""
    found = [cluster.pid(cluster.part(part, machine))]
    return found + (cluster.server_pids(machine) if part == "postgres" else [])


def rewinding(cluster: RunningCluster, machine: int) -> list[int]:
    """What Patroni has started to make a former primary's data those of the new one's standby."""
    patroni = cluster.pid(cluster.part("postgres", machine))
    children = [pid for pid, parent in parents().items() if parent == patroni]
    return [pid for pid in children if _program(pid) == "pg_rewind"]


def _program(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def signalled(pid: int, signum: signal.Signals) -> bool:
    """Whether it was there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signum)
        return True
    return False
