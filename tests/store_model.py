"""What must become of messages: the identity table and the window of docs/guarantees.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from counting.totals import IdWindow
from decoding.message import Message

COUNTED, REJECTED, CONFLICT = "contados", "rechazados", "conflictos"
COPY = "duplicados"


class Model:
    def __init__(self, window: IdWindow) -> None:
        self._window = window
        self.clientes: Counter[str] = Counter()
        self.eventos: Counter[str] = Counter()
        self.fates: Counter[str] = Counter()
        self.without_id = self.commits = 0
        # (id, body) -> what became of it, and when; oldest first
        self.known: dict[tuple[str, bytes], tuple[str, float]] = {}

    def count(self, batch: Sequence[Message], clock: float) -> set[int]:
        """Return the tags of those that go to the rejected messages."""
        rejected = {message.tag for message in batch if self._count(message, clock)}
        self.commits += 1
        self._prune(clock)
        return rejected

    def _count(self, message: Message, clock: float) -> bool:
        events = _events(message)
        fate = self._fate(message, bool(events))
        self.fates[fate] += 1
        key = (message.message_id or "", message.body)
        before, _ = self.known.get(key, (None, clock))
        if fate == COUNTED:
            self.clientes.update(event["cliente"] for event in events)
            self.eventos.update(event["evento"] for event in events)
            self.without_id += message.message_id is None
        if fate != COPY and message.message_id is not None:
            self.known.pop(key, None)  # its age begins anew
            self.known[key] = (fate, clock)
        return fate in (REJECTED, CONFLICT) or (fate == COPY and before != COUNTED)

    def _fate(self, message: Message, good: bool) -> str:
        first = COUNTED if good else REJECTED
        if message.message_id is None:
            return first
        same, _ = self.known.get((message.message_id, message.body), (None, 0))
        other_counts = any(
            fate == COUNTED and key[0] == message.message_id and key[1] != message.body
            for key, (fate, _) in self.known.items()
        )
        if same in (COUNTED, CONFLICT):
            return COPY
        if same == REJECTED:
            return COUNTED if good and not other_counts else COPY
        return CONFLICT if other_counts else first

    def _prune(self, clock: float) -> None:
        young = [k for k, (_, since) in self.known.items() if since >= clock - self._window.seconds]
        self.known = {key: self.known[key] for key in young[-self._window.rows :]}


def _events(message: Message) -> list[dict[str, str]]:
    """None when one of them can't be counted."""
    try:
        parsed = json.loads(message.body)
    except ValueError:
        return []
    named = {"cliente": message.app_id, "evento": "evento"}
    events = [named | event for event in (parsed if isinstance(parsed, list) else [parsed])]
    good = all(isinstance(event.get("cliente"), str) for event in events)
    return events if good else []
