"""What a viewer may do, how long it may take, and how many there may be."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

LOG = logging.getLogger("panel.push")


@dataclass(frozen=True, slots=True)
class Limits:
    viewers: int = 10_000  # beyond them: 1013
    strangers: int = 1_000  # connections beyond the viewers: cut without an answer
    handshakes_per_second: float = 500.0
    handshakes_burst: int = 5_000
    per_address: int = 0  # viewers of one address; 0: any number, since a whole office has one
    trusted_hops: int = 0  # proxies of ours in front, each of which adds to X-Forwarded-For

    opening: float = 10.0  # seconds for a handshake
    closing: float = 2.0  # seconds for a close
    behind: float = 10.0  # seconds that something may stay unsent: then 4008
    ping: float = 5.0  # seconds between a pong and the next ping
    pong: float = 10.0  # seconds for the pong: then 4008
    sweep: float = 1.0  # seconds between two looks at all of these

    handshake_bytes: int = 16_384
    message_bytes: int = 1_024
    bytes_between_pings: int = 4_096


def limits_within(files: int, taken: int, usual: Limits) -> Limits:
    """Return *usual*, with fewer viewers where of *files* that may be open others have *taken*."""
    sockets = max(files - taken, 0)
    strangers = min(usual.strangers, sockets // 10)
    viewers = min(usual.viewers, sockets - strangers)
    if viewers < usual.viewers:
        LOG.warning("%d viewers at most: only %d files may be open (ulimit -n)", viewers, files)
    return replace(usual, viewers=viewers, strangers=strangers)
