"""Who publishes what."""

import datetime
import json
from collections import Counter

import pytest

from carga.sending.clients import clients_of, dealt
from carga.sending.event_stream import EventStream
from carga.wire.messages import Crowd

NOW = datetime.datetime(2026, 11, 24, 7, 0, 0, 123_000, datetime.UTC)
LATER = NOW + datetime.timedelta(days=1)


def test_same_seed_same_bodies() -> None:
    """Two runs of one seed publish the same bytes, timestamps aside, however they are cut."""
    clients = clients_of(Crowd(42, 50))
    once, again = (EventStream(42, 0, clients, ["compra", "clic"]) for _ in range(2))
    numbers, bodies = once.take(300, NOW)

    parts = [again.take(n, LATER) for n in (1, 99, 0, 200)]

    assert [n for part, _ in parts for n in part] == list(numbers)
    moved = [body.replace(b"2026-11-25T", b"2026-11-24T") for _, part in parts for body in part]
    assert moved == bodies


def test_other_seed_other_events() -> None:
    """Another seed, or another generator of the run, publishes something else."""
    clients = clients_of(Crowd(42, 50))
    others = ((1, 0), (2, 0), (1, 1))
    streams = [EventStream(seed, part, clients, ["clic"]) for seed, part in others]

    assert len({bytes(stream.take(100, NOW)[0]) for stream in streams}) == 3


def test_drawn_events_are_repeated() -> None:
    """After a cycle the same clients and types come again, however the cycle is cut."""
    stream, whole = (EventStream(42, 0, clients_of(Crowd(42, 50)), ["a", "b"], 100) for _ in "ab")
    numbers, bodies = whole.take(250, NOW)

    parts = [stream.take(n, NOW) for n in (70, 60, 120)]

    assert (numbers[:100], bodies[:50]) == (numbers[100:200], bodies[200:])
    assert [n for part, _ in parts for n in part] == list(numbers)
    assert [body for _, part in parts for body in part] == bodies


def test_bodies_are_events() -> None:
    """A body is the wire's JSON: client, type and time, about 80 bytes."""
    clients = clients_of(Crowd(7, 3))
    numbers, bodies = EventStream(7, 0, clients, ['con "comillas"']).take(20, NOW)

    events = [json.loads(body) for body in bodies]

    assert [event["cliente"] for event in events] == [clients[n].name for n in numbers]
    assert {event["evento"] for event in events} == {'con "comillas"'}
    assert {event["timestamp"] for event in events} == {"2026-11-24T07:00:00.123Z"}
    assert all(event.keys() == {"cliente", "evento", "timestamp"} for event in events)
    usual = EventStream(42, 0, clients_of(Crowd(42, 50)), ["clic", "abandono"]).take(100, NOW)[1]
    assert 74 <= min(map(len, usual)) <= max(map(len, usual)) <= 84


def test_a_few_clients_are_big() -> None:
    """The largest of 200 clients has 17 % of the events, and all kinds are as frequent."""
    clients = clients_of(Crowd(1, 200))
    _, bodies = EventStream(1, 0, clients, ["compra", "clic"]).take(20_000, NOW)
    events = [json.loads(body) for body in bodies]

    by_client = Counter(event["cliente"] for event in events)

    assert 0.15 < by_client["sim-1-001"] / 20_000 < 0.19
    assert 0.48 < Counter(event["evento"] for event in events)["clic"] / 20_000 < 0.52


def test_clients_may_be_alike() -> None:
    """With the exponent 0 all clients have as many events, with a larger one fewer have more."""
    alike, usual, steep = (clients_of(Crowd(1, 1000, exponent)) for exponent in (0, 1, 1.1))

    assert {client.weight for client in alike} == {1 / 1000}
    assert usual[0].weight == pytest.approx(10 * usual[9].weight)
    assert steep[0].weight == pytest.approx(10**1.1 * steep[9].weight)
    assert sum(client.weight for client in steep) == pytest.approx(1)


def test_dealing_gives_each_client_to_one_generator() -> None:
    """Generators share the clients, and about equally the events."""
    clients = clients_of(Crowd(1, 1000))

    hands = dealt(clients, 3)

    assert sorted(c.number for hand in hands for c in hand) == list(range(1000))
    loads = [sum(c.weight for c in hand) for hand in hands]
    assert max(loads) - min(loads) < 0.01
