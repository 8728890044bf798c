"""Who publishes what."""

import datetime
import json
from collections import Counter

from carga.sending.clients import clients_of, dealt
from carga.sending.event_stream import EventStream

NOW = datetime.datetime(2026, 11, 24, 7, 0, 0, 123_000, datetime.UTC)
LATER = NOW + datetime.timedelta(days=1)


def test_same_seed_same_bodies():
    """Two runs of one seed publish the same bytes, timestamps aside, however they are cut."""
    clients = clients_of(42, 50)
    once, again = (EventStream(42, 0, clients, ["compra", "clic"]) for _ in range(2))
    numbers, bodies = once.take(300, NOW)

    parts = [again.take(n, LATER) for n in (1, 99, 0, 200)]

    assert [n for part, _ in parts for n in part] == list(numbers)
    moved = [body.replace(b"2026-11-25T", b"2026-11-24T") for _, part in parts for body in part]
    assert moved == bodies


def test_other_seed_other_events():
    """Another seed, or another generator of the run, publishes something else."""
    clients = clients_of(42, 50)
    others = ((1, 0), (2, 0), (1, 1))
    streams = [EventStream(seed, part, clients, ["clic"]) for seed, part in others]

    assert len({bytes(stream.take(100, NOW)[0]) for stream in streams}) == 3


def test_bodies_are_events():
    """A body is the wire's JSON: client, type, time, and a number that makes it unique."""
    clients = clients_of(7, 3)
    numbers, bodies = EventStream(7, 0, clients, ['con "comillas"']).take(20, NOW)

    events = [json.loads(body) for body in bodies]

    assert [event["cliente"] for event in events] == [clients[n].name for n in numbers]
    assert {event["evento"] for event in events} == {'con "comillas"'}
    assert {event["timestamp"] for event in events} == {"2026-11-24T07:00:00.123Z"}
    assert [event["metadata"]["n"] for event in events] == list(range(20))


def test_a_few_clients_are_big():
    """The largest of 200 clients has 17 % of the events, and all kinds are as frequent."""
    clients = clients_of(1, 200)
    _, bodies = EventStream(1, 0, clients, ["compra", "clic"]).take(20_000, NOW)
    events = [json.loads(body) for body in bodies]

    by_client = Counter(event["cliente"] for event in events)

    assert 0.15 < by_client["sim-1-001"] / 20_000 < 0.19
    assert 0.48 < Counter(event["evento"] for event in events)["clic"] / 20_000 < 0.52


def test_dealing_gives_each_client_to_one_generator():
    """Generators share the clients, and about equally the events."""
    clients = clients_of(1, 1000)

    hands = dealt(clients, 3)

    assert sorted(c.number for hand in hands for c in hand) == list(range(1000))
    loads = [sum(c.weight for c in hand) for hand in hands]
    assert max(loads) - min(loads) < 0.01
