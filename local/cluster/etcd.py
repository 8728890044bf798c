"""etcd: what Patroni's processes agree by on who is the primary."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

from cluster.machines import Machine

# Three of them share this machine's disk and cores: slower than etcd's 100 ms and 1 s, so that
# nobody is elected anew because of a busy moment.
HEARTBEAT_MS, ELECTION_MS = "250", "2500"


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
        "pre-vote": "true",  # who comes back from a cut ends no leader; 3.4 does not by itself
        "auto-compaction-mode": "revision",
        "auto-compaction-retention": "1000",
    }
    return [shutil.which("etcd") or "etcd", *(f"--{word}={value}" for word, value in words.items())]
