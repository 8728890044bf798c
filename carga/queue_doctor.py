"""What `doctor` finds of the queues: arguments, members, and which of them events go to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from carga.finding import Finding

QUEUE = "cola_analiticas"
SHARDS = rf"^{QUEUE}(\.[0-9]+)?$"  # the queues that may share the events
EXCHANGE, SHARING_EXCHANGE = "eventos_clientes", "eventos_clientes.reparto"
# As servicio-analiticas declares them; design: docs/guarantees.md
QUEUE_ARGUMENTS: Mapping[str, object] = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 1_000_000,
    "x-dead-letter-exchange": "eventos_clientes.rechazados",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}
SHARING: Mapping[str, object] = {"type": "x-consistent-hash", "hash-property": "message_id"}
ENOUGH_MEMBERS = 3
WIRE = "run topologia.py with the COLAS that is meant"

Described = Mapping[str, Any]
"""A queue, an exchange or a binding, as the management API tells it."""


class Wiring(NamedTuple):
    """*sharing* is the exchange that shares out, where there is one."""

    queues: Sequence[Described]
    sharing: Described | None
    bindings: Sequence[Described]

    def led_to(self, source: str) -> set[str]:
        return {each["destination"] for each in self.bindings if each["source"] == source}

    @property
    def direct(self) -> bool:
        """Whether all events go to the first queue."""
        return QUEUE in self.led_to(EXCHANGE)

    @property
    def shared(self) -> set[str]:
        """The queues that events are shared out among."""
        through = SHARING_EXCHANGE in self.led_to(EXCHANGE)
        return self.led_to(SHARING_EXCHANGE) if through else set()


async def examine_queues(
    http: httpx.AsyncClient, api: str, vhost: str, nodes: int
) -> Sequence[Finding]:
    """*api* is the management API's address. Raises httpx.HTTPError."""
    here = quote(vhost, safe="")
    named = {"page": "1", "page_size": "100", "name": SHARDS, "use_regex": "true"}
    queues = await http.get(f"{api}/queues/{here}", params=named)
    exchanges = f"{api}/exchanges/{here}"
    sharing = await http.get(f"{exchanges}/{SHARING_EXCHANGE}")
    bindings: list[Described] = []
    for source in (EXCHANGE, SHARING_EXCHANGE) if sharing.is_success else ():
        found = await http.get(f"{exchanges}/{source}/bindings/source")
        bindings += found.json() if found.is_success else []
    return judged(
        Wiring(
            queues.json()["items"] if queues.is_success else [],
            sharing.json() if sharing.is_success else None,
            bindings,
        ),
        nodes,
    )


def judged(wiring: Wiring, nodes: int) -> Sequence[Finding]:
    queues = sorted(wiring.queues, key=lambda queue: (len(queue["name"]), queue["name"]))
    if QUEUE not in (queue["name"] for queue in queues):
        cure = "Start the analytics, which declare it: make run"
        return [Finding(que=f"queue {QUEUE}", bien=False, hallado="does not exist", remedio=cure)]
    found = [
        finding
        for queue in queues
        for finding in (queue_arguments(queue), *queue_members(queue, nodes))
    ]
    if len(queues) > 1 or wiring.sharing:
        found += _shared_out(wiring)
        found += [_share(queue, wiring) for queue in queues]
    return found


def queue_arguments(queue: Described) -> Finding:
    """Whether the queue is the one that the analytics would declare."""
    name = queue.get("name", QUEUE)
    wrong = _wrong(queue.get("arguments", {}), QUEUE_ARGUMENTS)
    if not wrong:
        depth = f"as expected, {queue.get('messages') or 0:,} messages"
        return Finding(que=f"queue {name}", bien=True, hallado=depth)
    cure = f"Let it run empty, then: rabbitmqadmin delete queue name={name}; restart the analytics"
    return Finding(que=f"queue {name}", bien=False, hallado=wrong, remedio=cure)


def queue_members(queue: Described, nodes: int) -> Sequence[Finding]:
    """
    Which nodes hold the queue, where the broker tells; *nodes* are named in RABBITMQ_HOST.

    One alone is no fault where there is no other. Of more, three have to run: then any may be lost.
    """
    members, online = queue.get("members"), queue.get("online")
    if not isinstance(members, list) or not isinstance(online, list):
        return []
    what, missing = f"members of {queue.get('name', QUEUE)}", sorted({*members} - {*online})
    alone = nodes == 1 and len(members) == 1
    if missing:
        found = f"{len(members)}, of which {len(online)} run; not: {', '.join(missing)}"
    else:
        found = f"{len(members)}, on the only node" if alone else f"{len(members)}, all run"
    if alone or len(online) >= ENOUGH_MEMBERS:
        return [Finding(que=what, bien=True, hallado=found)]
    cure = "Start what is missing" if missing else "For each node that has none, on any node:"
    grow = "" if missing else " rabbitmq-queues grow NODE all"
    return [Finding(que=what, bien=False, hallado=found, remedio=cure + grow)]


def _shared_out(wiring: Wiring) -> Iterator[Finding]:
    if sharing := wiring.sharing:
        has = {"type": sharing["type"], **sharing["arguments"]}
        if wrong := _wrong(has, SHARING):
            cure = f"With COLAS=1 run topologia.py, delete the exchange, then {WIRE}"
            what = f"exchange {SHARING_EXCHANGE}"
            yield Finding(que=what, bien=False, hallado=wrong, remedio=cure)
    shared, what = wiring.shared, f"exchange {EXCHANGE}"
    if wiring.direct and shared - {QUEUE}:
        twice = f"all events go to {QUEUE}, beside {len(shared)} queues that share them"
        yield Finding(que=what, bien=False, hallado=twice, remedio=WIRE.capitalize())
    elif not wiring.direct and not shared:
        yield Finding(
            que=what, bien=False, hallado="no event goes to a queue", remedio=WIRE.capitalize()
        )


def _share(queue: Described, wiring: Wiring) -> Finding:
    """Whether somebody consumes the queue, and whether it is still needed."""
    name, waiting = queue["name"], queue.get("messages")
    idle = queue.get("consumers") == 0
    if name in wiring.shared or (name == QUEUE and wiring.direct):
        good, found = not idle, "a share"
    elif waiting is None:
        good, found = True, "none any more, what is left is not known yet"
    elif waiting:
        good, found = not idle, f"none any more, {waiting:,} messages are left"
    else:
        good, found = True, "none any more, and it is empty: it may be deleted"
    cure = "" if good else "Start the analytics again: they consume what is there"
    found += "" if good else "; nobody consumes it"
    return Finding(que=f"events to {name}", bien=good, hallado=found, remedio=cure)


def _wrong(found: Mapping[str, object], expected: Mapping[str, object]) -> str:
    names = sorted(found.keys() | expected.keys())
    return ", ".join(
        f"{name}={found.get(name)!r} instead of {expected.get(name)!r}"
        for name in names
        if found.get(name) != expected.get(name)
    )
