"""Rows 5, 7, 8, 9, 10 and 11: confirms get lost; the broker dies, freezes, refuses, forgets."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from broker import node_environment
from faults.probes import resident_mb
from faults.readings import QUEUE, REJECTED
from faults.rig import Rig
from stack import free_ports, python_part

OUTBOX_FULL_SECONDS = 15.0
FLAT_MB = 10.0


def confirms_are_cut(rig: Rig, events: int, rate: float, share: float) -> None:
    """Row 5: the broker has the event, the publisher never hears of it and sends it again."""
    rig.start()
    (port,) = free_ports(1)
    settings = {
        **rig.vhost.settings,
        "PROXY_PORT": port,
        "CUT_SHARE": share,
        "CUT_SEED": rig.rng.randint(0, 1 << 30),
    }
    proxy = python_part("proxy", "tests/faults/cutting_proxy.py", settings, rig.folder)
    rig.keep(proxy).start()
    publisher = rig.load(rate, events, RABBITMQ_PORT=port)
    rig.until("everything is confirmed", lambda: not publisher.running, 600)
    rig.findings.check(publisher.exit_code == 0, f"publisher: {publisher.log[-300:]}")
    rig.findings.faults = proxy.log.count("cut\n")
    rig.until_quiet()
    copies = (rig.read("/libro") or {"mensajes": {"duplicados": 0}})["mensajes"]["duplicados"]
    rig.findings.check(copies > 0, "no event was sent twice: the row shows nothing")


def broker_killed(rig: Rig, kills: int, gap: tuple[float, float], rate: float) -> None:
    """Row 7: kill -9 of the node under load, and started again."""
    rig.start()
    rig.load(rate)
    wait_until_durable(rig)
    slowest = 0.0
    for _ in range(kills):
        time.sleep(rig.rng.uniform(*gap))
        rig.vhost.broker.kill()
        rig.vhost.broker.start()
        slowest = max(slowest, rig.until_counting(60))
        rig.findings.faults += 1
    rig.findings.notes.append(f"counting again at most {slowest:.1f} s after the node was ready")
    rig.findings.check(slowest <= 15, f"once it took {slowest:.1f} s to count again")


def wait_until_durable(rig: Rig) -> None:
    """RabbitMQ 3.10 forgets a queue's Raft member when killed within a second of declaring it."""
    folder = rig.vhost.broker.node.folder

    def known() -> bool:
        found = b"".join(path.read_bytes() for path in folder.glob("data/*/quorum/*/names.dets"))
        names = [f"{rig.vhost.name}_{name}".encode() for name in (QUEUE, REJECTED)]
        # With its length, as Erlang stores it: one name is the beginning of the other.
        return all(len(name).to_bytes(2, "big") + name in found for name in names)

    rig.until("the queues' names are on disk", known, 20)


def broker_frozen(rig: Rig, seconds: float, rate: float) -> None:
    """Row 8: SIGSTOP of the node; nothing says that it is gone but its silence."""
    rig.start()
    publisher = rig.load(rate)
    rig.until_counting(20)
    start = time.monotonic()
    rig.vhost.broker.pause()
    rig.findings.faults += 1
    try:
        if seconds > 40:
            noticed = rig.until("the analytics notices", lambda: not _connected(rig), 40)
            rig.findings.notes.append(f"noticed after {noticed:.0f} s")
            rig.findings.check(noticed <= 35, "the silence was noticed too late")
        time.sleep(max(0.0, start + seconds - time.monotonic()))
    finally:
        rig.vhost.broker.resume()
    back = rig.until_counting(60)
    rig.findings.notes.append(f"counting again {back:.1f} s after the node went on")
    rig.findings.check(publisher.running, "the publisher did not survive")


def _connected(rig: Rig) -> bool:
    return (rig.read("/estado") or {}).get("broker") == "conectado"


def memory_alarm(rig: Rig, seconds: float, rate: float) -> None:
    """Row 9: the broker reads no publisher any more; consumers go on."""
    rig.start()
    publisher = rig.load(rate)
    rig.until_counting(20)
    with _alarm(rig):
        rig.until_stalled(30)
        rig.findings.faults += 1
        start = time.monotonic()
        if seconds > OUTBOX_FULL_SECONDS:
            time.sleep(OUTBOX_FULL_SECONDS)
            before = resident_mb(publisher.pid)
            rig.until_quiet(30)
            time.sleep(max(0.0, start + seconds - time.monotonic()))
            grown = resident_mb(publisher.pid) - before
            rig.findings.notes.append(f"publisher {before:.0f} MB, {grown:+.1f} MB in the alarm")
            rig.findings.check(grown < FLAT_MB, f"the publisher grew by {grown:.0f} MB")
        else:
            time.sleep(seconds)
    back = rig.until_counting(60)
    rig.findings.notes.append(f"counting again {back:.1f} s after the alarm")


@contextmanager
def _alarm(rig: Rig) -> Iterator[None]:
    control(rig, "set_vm_memory_high_watermark", "0.000001")
    try:
        yield
    finally:
        control(rig, "set_vm_memory_high_watermark", "0.4")


def control(rig: Rig, *command: str) -> str:
    """rabbitmqctl on the node of this run."""
    environment = node_environment(rig.vhost.broker.node, {})
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


def ack_times_out(rig: Rig, consumer_timeout: float, stuck: float, rate: float) -> None:
    """Row 10: the store is stuck for longer than the broker waits for an acknowledgement."""
    rig.start()
    rig.load(rate)
    rig.until_counting(20)
    _set_timeouts(rig, int(consumer_timeout * 1000), tick=1000)
    try:
        # A channel keeps the timeout it was opened with.
        rig.analytics.kill()
        rig.analytics.start()
        rig.until_counting(20)
        with closing(sqlite3.connect(rig.store, isolation_level=None, timeout=10)) as db:
            db.execute("BEGIN IMMEDIATE")
            time.sleep(stuck)
            db.execute("ROLLBACK")
        rig.findings.faults += 1
        back = rig.until_counting(70)
        rig.findings.notes.append(f"counting again {back:.1f} s after the store")
        rig.until("the broker's time limit is told", lambda: "timeout" in rig.analytics.log, 5)
    finally:
        _set_timeouts(rig, 1_800_000, tick=60_000)


def _set_timeouts(rig: Rig, milliseconds: int, tick: int) -> None:
    names = {"consumer_timeout": milliseconds, "channel_tick_interval": tick}
    control(
        rig,
        "eval",
        " ".join(f"application:set_env(rabbit, {n}, {v})," for n, v in names.items()) + " ok.",
    )


def queue_deleted(rig: Rig, times: int, rate: float) -> None:
    """Row 11: an operator deletes the queue while it is empty, then declares another there."""
    rig.start()
    rig.load(rate, 100)
    rig.finish_loads()
    rig.until_quiet()
    slowest = 0.0
    for _ in range(times):
        rig.vhost.api("DELETE", "queues", f"/{QUEUE}").raise_for_status()
        rig.load(rate, 100)
        slowest = max(slowest, rig.until_counting(30))
        rig.finish_loads()
        rig.until_quiet()
        rig.findings.faults += 1
    rig.findings.notes.append(f"counting again at most {slowest:.1f} s after a deletion")
    rig.findings.check(slowest <= 10, f"once it took {slowest:.1f} s to count again")
    _other_arguments(rig)


def _other_arguments(rig: Rig) -> None:
    rig.analytics.kill()
    rig.vhost.api("DELETE", "queues", f"/{QUEUE}").raise_for_status()
    other = {"durable": True, "arguments": {"x-queue-type": "classic"}}
    rig.vhost.api("PUT", "queues", f"/{QUEUE}", other).raise_for_status()
    rig.analytics.start(wait=False)
    rig.until("the analytics gives up", lambda: not rig.analytics.running, 30)
    last = rig.analytics.log.strip().splitlines()[-1]
    rig.findings.check(
        rig.analytics.exit_code == 1 and "other arguments than ours" in last,
        f"it ended with {rig.analytics.exit_code}: {last}",
    )
    rig.findings.faults += 1
    rig.vhost.api("DELETE", "queues", f"/{QUEUE}").raise_for_status()
    rig.analytics.start()
