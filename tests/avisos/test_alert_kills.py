"""Killed at any moment, the service misses nothing and tells nothing twice unseen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.avisos.kill_storm import GROUPS, KillStorm
from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import publish

KILLS = 5


async def test_kills_lose_nothing_and_repeat_nothing_unseen(
    vhost: VirtualHost, tmp_path: Path
) -> None:
    """Fifty alerts fire and end meanwhile; a repeat says so, one of a channel a kill."""
    chain = Chain(vhost, tmp_path)
    analytics = chain.parts["servicio-analiticas"]
    hear = partial(publish, vhost)
    try:
        analytics.start()
        outcome = await KillStorm(chain.routes.reporte_port, hear, tmp_path, 1).run(KILLS)
    finally:
        analytics.kill()

    assert outcome.kills == KILLS
    assert outcome.turns >= 2
    assert outcome.missed == []
    assert outcome.twice == []
    assert outcome.repeats <= KILLS * GROUPS
