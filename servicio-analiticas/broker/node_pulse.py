"""Which nodes of a cluster have stopped answering, long before the others take them for dead."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from http.client import HTTPException

from analytics_settings import Settings
from broker.management import ask_node
from comun.broker_nodes import BrokerNode

EVERY = 1.0  # seconds
ENOUGH = 2  # questions in a row without an answer, or one connection that was refused
# What each node knows by itself: about the others it would have to ask those that are frozen, too.
ALIVE = "whoami"
NAME = "overview?columns=node"


class NodePulse:
    """Asks the management API of each node by itself. A node that never answered is not judged."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.names: dict[BrokerNode, str] = {}
        """What the broker calls those that have answered."""
        self._missed: Counter[BrokerNode] = Counter()

    @property
    def silent(self) -> Collection[str]:
        """Nodes by the names that the broker gives them."""
        return {name for node, name in self.names.items() if self._missed[node] >= ENOUGH}

    async def look(self) -> bool:
        """Ask all of them at once; return whether others are silent now than before."""
        before = self.silent
        nodes = self._settings.nodes
        missed = await asyncio.gather(*(asyncio.to_thread(self._missed_by, n) for n in nodes))
        self._missed = Counter(dict(zip(nodes, missed, strict=True)))
        return self.silent != before

    def _missed_by(self, node: BrokerNode) -> int:
        """How many questions in a row had no answer, after one more."""
        try:
            answer = ask_node(self._settings, node, ALIVE if node in self.names else NAME)
        except (OSError, HTTPException) as error:
            refused = isinstance(getattr(error, "reason", error), ConnectionRefusedError)
            return self._missed[node] + (ENOUGH if refused else 1)
        if name := answer.document().get("node"):
            self.names[node] = str(name)
        return 0
