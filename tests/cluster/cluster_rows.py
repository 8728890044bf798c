"""The rows of `make faults-cluster`, as data: what is done to whom, and for how long."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from itertools import count
from typing import cast

from tests.cluster.cluster_rig import ClusterRig
from tests.cluster.harms import HARMS, TARGETS, Target, primary, queue_leader, rewinding, signalled
from tests.cluster.page_watch import PageWatch
from tests.cluster.running_cluster import RunningCluster
from tests.faults.rig import RANGE, Rig
from tests.faults.row import Do, Row
from tests.stack import Part

RATE = 300.0
HELD = 12.0  # seconds
FAIL_OVER = 30.0  # longer than Patroni believes a primary that says nothing
BACK = 240.0  # a node of RabbitMQ on a busy machine
PAUSES = {"kill": 10.0, "freeze": 60.0, "cut": 90.0}
"""How long counting may pause after it."""
SILENT_BROKER_PAUSE = 90.0
"""
A node of RabbitMQ that says nothing is taken for dead after 60 s, give or take a quarter
(https://www.rabbitmq.com/docs/nettick). Until then nobody can begin to consume what it led, and
who did may get nothing. A cut machine has one, too.
"""
PRIMARY_PAUSE = 30.0  # where that was killed
TOLD = {"kill": 3.0, "freeze": 15.0, "cut": 15.0}
"""By when the page says that something is wrong."""
BRIEF = 4.0  # seconds
WHOLE = {("freeze", "the primary"), ("cut", "the queue's leader")}
"""Where others take over: `make test-cluster` does them whole. Kills are a test of its own."""
CONFIRMED_BY_THEN = 2.0  # seconds: what was on its way when a cable was pulled


def harmed(harm: str, target: Target) -> Do:
    """At any moment within two seconds."""
    primary = target.part == "postgres" and harm != "kill"
    most = most_paused(harm, target)

    def do(rig: Rig) -> None:
        whole = _begun(rig)
        with PageWatch(whole.cluster.socket_url).at_work() as pages:
            time.sleep(whole.rng.uniform(0, 2))
            whole.undo.callback(HARMS[harm](whole.cluster, whole.network, target))
            since = time.monotonic()
            whole.findings.faults += 1
            pause = whole.longest_pause(FAIL_OVER if primary else HELD, most)
            whole.findings.notes.append(f"counting paused for {pause:.1f} s at most")
            _check_told(whole, pages.slowest(since, TOLD[harm]), harm, target, pause)
        _mended(whole)

    return do


def most_paused(harm: str, target: Target) -> float:
    """Seconds."""
    if harm == "kill" and target.part == "postgres":
        return PRIMARY_PAUSE
    if harm == "freeze" and target.part == "rabbitmq-service":
        return SILENT_BROKER_PAUSE
    return PAUSES[harm]


def given_up(rig: Rig) -> None:
    """A machine is cut off until the others take its broker for dead, which pauses itself."""
    whole = _begun(rig)
    cluster, network = whole.cluster, whole.network
    number, other = queue_leader(cluster), queue_leader(cluster) % 3 + 1
    whole.undo.callback(network.mend, number)
    network.cut(number)
    whole.findings.faults += 1
    whole.until("it is given up", lambda: number not in cluster.brokers_at(other), BACK)
    whole.until_counting(SILENT_BROKER_PAUSE)
    _mended(whole)


def harmed_briefly(harm: str, target: Target) -> Do:
    """Taken back before most have noticed: what was on its way then is what may get lost."""

    def do(rig: Rig) -> None:
        whole = _begun(rig)
        whole.undo.callback(HARMS[harm](whole.cluster, whole.network, target))
        whole.findings.faults += 1
        time.sleep(BRIEF)
        _mended(whole)

    return do


def short_of(harm: str, target: Target) -> Do | None:
    if harm == "kill":
        return None
    if (harm, target.name) in WHOLE:
        return harmed(harm, target)
    return harmed_briefly(harm, target)


def harmed_together(pairs: int, held: float) -> Do:
    """Two at once, by lot: it may take both of what needs two, and then all wait."""

    def do(rig: Rig) -> None:
        whole = _begun(rig)
        for _ in range(pairs):
            drawn = whole.rng.sample(list(TARGETS.values()), 2)
            # The first may take away what tells where the second is.
            for target in [each.found(whole.cluster) for each in drawn]:
                harm = whole.rng.choice(list(HARMS))
                whole.findings.notes.append(f"{harm} {target.name}")
                whole.undo.callback(HARMS[harm](whole.cluster, whole.network, target))
                whole.findings.faults += 1
            time.sleep(held)
            _mended(whole)

    return do


def minority(held: float) -> Do:
    """Who publishes on a machine that is cut off waits, and loses nothing."""

    def do(rig: Rig) -> None:
        whole = _begun(rig)
        machine = queue_leader(whole.cluster)
        whole.undo.callback(whole.network.mend, machine)
        address = whole.cluster.machines[machine - 1].address
        beside = whole.new_load(RATE / 10, RABBITMQ_HOST=address)
        beside.command = whole.network.inside(machine, beside.command)
        beside.start()
        whole.until("it publishes", lambda: len(_acknowledged(whole, beside)) > 10, 20)
        whole.network.cut(machine)
        whole.findings.faults += 1
        time.sleep(CONFIRMED_BY_THEN)
        before = len(_acknowledged(whole, beside))
        time.sleep(held)
        after = len(_acknowledged(whole, beside))
        whole.findings.check(after == before, f"{after - before} were confirmed by a minority")
        _mended(whole)

    return do


def rewind_cut_short(rig: Rig) -> None:
    """
    A primary goes on alone, its Patroni being frozen, and confirms nothing once it is replaced.

    It is brought back by pg_rewind, which is killed: half of that fits nobody.
    """
    whole = _begun(rig)
    cluster, number = whole.cluster, primary(whole.cluster)
    patroni = cluster.pid(cluster.part("postgres", number))
    signalled(patroni, signal.SIGSTOP)
    whole.undo.callback(signalled, patroni, signal.SIGCONT)
    whole.until("another leads", lambda: _leads_but(cluster, number), PAUSES["freeze"])
    whole.undo.close()
    whole.until("it is brought back", lambda: _kill_rewind(cluster, number), PAUSES["freeze"])
    whole.findings.faults += 2
    _mended(whole)


def _leads_but(cluster: RunningCluster, number: int) -> bool:
    return cluster.leading().database not in (None, number)


def _kill_rewind(cluster: RunningCluster, number: int) -> bool:
    found = rewinding(cluster, number)
    for pid in found:
        signalled(pid, signal.SIGKILL)
    return bool(found)


def _begun(rig: Rig) -> ClusterRig:
    whole = cast(ClusterRig, rig)
    whole.cluster.until_complete(BACK)
    whole.start()
    whole.load(RATE)
    whole.until_counting(20)
    return whole


def _check_told(whole: ClusterRig, told: float, harm: str, target: Target, pause: float) -> None:
    """The pages say so in time, unless nothing that they show is missing, and nothing waited."""
    most = TOLD[harm]
    if target.shown or harm == "cut" or pause > most:
        whole.findings.check(told <= most, f"not every page said so within {most:.0f} s")
    if told <= most:
        whole.findings.notes.append(f"every page said so after {told:.1f} s")


def _mended(whole: ClusterRig) -> None:
    whole.undo.close()
    whole.until_counting(BACK)
    whole.cluster.until_complete(BACK)


def _acknowledged(whole: ClusterRig, part: Part) -> set[int]:
    first = int(part.environment["LOAD_FIRST"])
    return {n for n in whole.ledger().acknowledged if first <= n < first + RANGE}


def _rows() -> Sequence[Row]:
    number = count(1)
    singly = [
        Row(next(number), f"{harm} {name}", harmed(harm, target), short_of(harm, target), 3)
        for name, target in TARGETS.items()
        for harm in HARMS
    ]
    return [
        *singly,
        Row(next(number), "a minority side", minority(FAIL_OVER), minority(HELD), 3),
        Row(
            next(number), "two at once", harmed_together(3, FAIL_OVER), harmed_together(1, BRIEF), 3
        ),
        Row(next(number), "a rewind cut short", rewind_cut_short, rewind_cut_short, 3),
        Row(next(number), "cut until it is given up", given_up, None, 3),
    ]


CLUSTER_ROWS = _rows()
