"""Who publishes in a run: names, and how much of the load each has. No I/O."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """*number* is its place in the run's list, *weight* its share of all events."""

    number: int
    name: str
    weight: float


def clients_of(seed: int, count: int) -> list[Client]:
    """
    Return the run's clients, largest first, by Zipf's law: the n-th has 1/n of the first's events.

    The same seed gives the same names, so that a store that saw many runs doesn't fill with
    thousands of clients.
    """
    harmonic = sum(1 / rank for rank in range(1, count + 1))
    digits = max(3, len(str(count)))
    return [
        Client(rank - 1, f"sim-{seed}-{rank:0{digits}}", 1 / rank / harmonic)
        for rank in range(1, count + 1)
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
