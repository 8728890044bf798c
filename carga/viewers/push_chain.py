"""
The pushes of `/panel/ws` (docs/websocket.md), parsed once however many viewers are sent them.

Each push is a link to the next. A viewer only remembers where it is: as long as its bytes are
those of the next link, what it shows is what was worked out for the first who got them.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from carga.wire.messages import Rise

MAX_PAYLOAD = 64 * 1024
REMEMBERED = 1000  # versions: half a minute of pushes


class Rest(msgspec.Struct, frozen=True):
    clientes: int
    total: int


class Message(msgspec.Struct, frozen=True):
    """What is read of a message; a heartbeat has none of it."""

    tipo: str
    epoca: str = ""
    version: int = 0
    total: int = 0
    previa: int | None = None
    clientes: dict[str, int | None] = {}
    otros: Rest = Rest(0, 0)


class BrokenPromiseError(Exception):
    """A message that docs/websocket.md rules out."""


class Push:
    """What a viewer shows after a push. *wire* are the bytes that bring one here from before."""

    __slots__ = (
        "arrivals",
        "clientes",
        "epoca",
        "next",
        "number",
        "others",
        "total",
        "version",
        "wire",
    )

    def __init__(self, number: int, said: Message, clientes: dict[str, int], wire: bytes) -> None:
        self.number, self.wire, self.clientes = number, wire, clientes
        self.epoca, self.version, self.total = said.epoca, said.version, said.total
        self.others = said.otros
        self.next: Push | None = None
        self.arrivals: dict[int, int] = {}  # tick -> viewers


class PushChain:
    """All pushes of one `epoca` by their version; *numbers* are the run's clients by name."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._count = 0
        self._heartbeat = b""
        self._recent: dict[int, Push] = {}
        self.newest: Push | None = None
        self.fresh: list[tuple[Push, list[Rise]]] = []

    def is_heartbeat(self, wire: bytes) -> bool:
        return wire == self._heartbeat

    def follow(self, at: Push | None, payload: bytes, wire: bytes) -> Push | None:
        """
        Return what a viewer at *at* shows after this message; raise BrokenPromiseError.

        *at* is None before a viewer's first snapshot on its connection.
        """
        if len(payload) >= MAX_PAYLOAD:
            raise BrokenPromiseError(f"a message of {len(payload)} bytes")
        said = msgspec.json.decode(payload, type=Message)
        if said.tipo == "instantanea":
            return self._found(said, _merged({}, said.clientes), wire)
        if said.tipo == "cambio":
            if at is None:
                raise BrokenPromiseError("a change came before the snapshot")
            if (said.epoca, said.previa) != (at.epoca, at.version):
                raise BrokenPromiseError(f"a gap: at {at.version}, and a change of {said.previa}")
            push = self._found(said, _merged(at.clientes, said.clientes), wire)
            push.wire = wire  # so that all who take this step after us know it by its bytes
            return push
        self._heartbeat = wire
        return at

    def _found(self, said: Message, clientes: dict[str, int], wire: bytes) -> Push:
        """Return the push of this version, a new one unless someone else was sent it already."""
        if self.newest and said.epoca != self.newest.epoca:
            self.newest = None
            self._recent = {}
        known = self._recent.get(said.version)
        if known is None:
            return self._insert(said, clientes, wire)
        if (known.total, known.others, known.clientes) != (said.total, said.otros, clientes):
            raise BrokenPromiseError(f"two truths about version {said.version}")
        return known

    def _insert(self, said: Message, clientes: dict[str, int], wire: bytes) -> Push:
        if sum(clientes.values()) + said.otros.total != said.total:
            raise BrokenPromiseError(f"the clients of version {said.version} are not its total")
        before = self.newest
        if before and before.version > said.version:  # a snapshot overtook it, to someone else
            older = [version for version in self._recent if version < said.version]
            before = self._recent[max(older)] if older else None
        self._count += 1
        push = Push(self._count, said, clientes, wire)
        self.fresh.append((push, self._rises(before, push)))
        if before:
            push.next, before.next = before.next, push
        if self.newest is None or self.newest.version < push.version:
            self.newest = push
        self._recent[push.version] = push
        if len(self._recent) > REMEMBERED:
            del self._recent[next(iter(self._recent))]
        return push

    def _rises(self, before: Push | None, push: Push) -> list[Rise]:
        """Which of the run's clients have more than before."""
        known = before.clientes if before else {}
        # Whoever was not among those shown had nothing, if there were no others.
        unlisted = 0 if before and before.others.clientes == 0 else None
        rises = []
        for name, count in push.clientes.items():
            number = self._numbers.get(name)
            if number is not None and (had := known.get(name, unlisted)) != count:
                rises.append(Rise(number, had, count))
        return rises


def _merged(before: dict[str, int], changes: Mapping[str, int | None]) -> dict[str, int]:
    """A JSON merge patch, RFC 7396: null means gone."""
    merged = before.copy()
    for name, count in changes.items():
        if count is None:
            merged.pop(name, None)
        else:
            merged[name] = count
    return merged
