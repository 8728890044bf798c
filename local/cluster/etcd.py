"""etcd: what Patroni's processes agree by on who is the primary."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache

from cluster.machines import Machine

# Three of them share this machine's disk and cores: slower than etcd's 100 ms and 1 s, so that
# nobody is elected anew because of a busy moment.
HEARTBEAT_MS, ELECTION_MS = "250", "2500"


# Earlier ones write their name over whoever has the lock by now, if they slept meanwhile: two
# primaries for a moment, and what one of them confirmed is gone
# (https://github.com/patroni/patroni/pull/2693). By the older protocol they compare first.
COMPARES_BY_ETCD3 = (3, 0, 3)


@cache
def etcd_protocol() -> str:
    """`etcd3`, or `etcd` where this machine's Patroni is not to be trusted with it."""
    if (patroni := shutil.which("patroni")) is None:
        return "etcd3"  # nothing will start; who calls says what is missing
    asked = subprocess.run([patroni, "--version"], check=True, capture_output=True, text=True)
    return protocol_of(asked.stdout)


def protocol_of(version: str) -> str:
    """*version*: as Patroni tells it, `patroni 3.0.2`. ValueError: in another form."""
    if found := re.search(r"(\d+)\.(\d+)\.(\d+)", version):
        return "etcd3" if tuple(map(int, found.groups())) >= COMPARES_BY_ETCD3 else "etcd"
    raise ValueError(f"what version of Patroni is {version.strip()!r}?")


def etcd_urls(machines: Sequence[Machine], settings: Mapping[str, str]) -> list[str]:
    """Where Patroni asks them."""
    return [f"{machine.address}:{settings['ETCD_PORT']}" for machine in machines]


def etcd_command(
    machine: Machine, machines: Sequence[Machine], settings: Mapping[str, str]
) -> list[str]:
    client = f"http://{machine.address}:{settings['ETCD_PORT']}"
    peers = {m.part("etcd"): f"http://{m.address}:{settings['ETCD_PEER_PORT']}" for m in machines}
    name = machine.part("etcd")
    words = {
        "name": name,
        "data-dir": str(machine.folder / "etcd"),
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peers[name],
        "initial-advertise-peer-urls": peers[name],
        "initial-cluster": ",".join(f"{peer}={url}" for peer, url in peers.items()),
        "initial-cluster-token": "pulso",
        "heartbeat-interval": HEARTBEAT_MS,
        "election-timeout": ELECTION_MS,
        "auto-compaction-mode": "revision",
        "auto-compaction-retention": "1000",
    }
    if etcd_protocol() == "etcd":
        words["enable-v2"] = "true"
    return [shutil.which("etcd") or "etcd", *(f"--{word}={value}" for word, value in words.items())]
