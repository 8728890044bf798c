"""Who publishes in a run: names, and how much of the load each has. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from carga.wire.messages import Crowd


@dataclass(frozen=True, slots=True)
class Client:
    """*number* is its place in the run's list, *weight* its share of all events."""

    number: int
    name: str
    weight: float


def clients_of(crowd: Crowd) -> list[Client]:
    """
    Return the run's clients, largest first, by Zipf's law: the n-th has 1/n of the first's events,
    or 1/n to the power of another exponent; with 0 all have as many.

    The same seed gives the same names, so that a store that saw many runs doesn't fill with
    thousands of clients.
    """
    shares = [rank**-crowd.exponent for rank in range(1, crowd.count + 1)]
    whole = sum(shares)
    digits = max(3, len(str(crowd.count)))
    return [
        Client(number, f"sim-{crowd.seed}-{number + 1:0{digits}}", share / whole)
        for number, share in enumerate(shares)
    ]


def dealt(clients: list[Client], parts: int) -> list[list[Client]]:
    """
    Deal the clients to so many generators, about equally loaded.

    Each client belongs to one of them: its events then arrive in the order in which they were
    due, which is what the latency to a viewer is read from.
    """
    hands: list[list[Client]] = [[] for _ in range(parts)]
    loads = [0.0] * parts
    for client in clients:  # largest first
        lightest = loads.index(min(loads))
        hands[lightest].append(client)
        loads[lightest] += client.weight
    return hands
