"""What a load run's viewers make of the pushes."""

import json
from collections.abc import Mapping

import pytest

from carga.viewers.push_chain import BrokenPromiseError, Push, PushChain
from carga.wire.messages import Rise

Listed = Mapping[str, int | None]  # None: no longer listed


def snapshot(version: int, clientes: dict[str, int], others: int = 0, epoca: str = "e") -> bytes:
    return told("instantanea", version, clientes, sum(clientes.values()) + others, others, epoca)


def change(version: int, previa: int, clientes: Listed, total: int, others: int = 0) -> bytes:
    return told("cambio", version, clientes, total, others, "e", previa=previa)


def told(
    tipo: str, version: int, clientes: Listed, total: int, others: int, epoca: str, **more: int
) -> bytes:
    otros = {"clientes": 1 if others else 0, "total": others}
    message = {"tipo": tipo, "epoca": epoca, "version": version, "total": total, **more}
    return json.dumps(message | {"clientes": clientes, "otros": otros}).encode()


def follow(chain: PushChain, at: Push | None, payload: bytes) -> Push:
    found = chain.follow(at, payload, b"wire of " + payload)
    assert found
    return found


@pytest.fixture
def chain() -> PushChain:
    return PushChain({"uno": 0, "dos": 1})


def test_changes_add_up(chain: PushChain) -> None:
    """A viewer shows the snapshot with all changes since; null removes a client."""
    at = follow(chain, None, snapshot(1, {"uno": 5, "otro": 1}))
    at = follow(chain, at, change(2, 1, {"uno": 7, "dos": 1, "otro": None}, 9, others=1))

    assert at.clientes == {"uno": 7, "dos": 1}
    assert [rises for _, rises in chain.fresh][1] == [Rise(0, 5, 7), Rise(1, 0, 1)]


def test_unlisted_clients_have_no_past(chain: PushChain) -> None:
    """Of a client that comes among those listed nobody knows what it had before."""
    at = follow(chain, None, snapshot(1, {"uno": 5}, others=3))
    follow(chain, at, change(2, 1, {"dos": 4}, 10, others=1))

    assert chain.fresh[1][1] == [Rise(1, None, 4)]


def test_who_follows_knows_the_step_by_its_bytes(chain: PushChain) -> None:
    """What one viewer was sent is the next step of all who are where it was."""
    first = follow(chain, None, snapshot(1, {"uno": 5}))
    second = follow(chain, first, payload := change(2, 1, {"uno": 6}, 6))

    assert first.next is second
    assert second.wire == b"wire of " + payload
    assert follow(chain, first, payload) is second
    assert len(chain.fresh) == 2


def test_a_snapshot_that_overtakes_changes(chain: PushChain) -> None:
    """A newcomer's snapshot is the same push as the change that the others get for it later."""
    at = follow(chain, None, snapshot(1, {"uno": 5}))
    overtaking = follow(chain, None, snapshot(3, {"uno": 7}))
    second = follow(chain, at, change(2, 1, {"uno": 6}, 6))
    third = follow(chain, second, payload := change(3, 2, {"uno": 7}, 7))

    assert third is overtaking
    assert (at.next, second.next) == (second, third)
    assert third.wire == b"wire of " + payload


def test_another_store_begins_anew(chain: PushChain) -> None:
    """Another epoca is no step from what was there."""
    at = follow(chain, None, snapshot(8, {"uno": 5}))
    follow(chain, None, snapshot(1, {"uno": 1}, epoca="f"))

    assert at.next is None


@pytest.mark.parametrize(
    ("place", "payload", "complaint"),
    [
        (True, change(4, 3, {"uno": 9}, 9), "a gap"),
        (False, change(2, 1, {"uno": 9}, 9), "before the snapshot"),
        (True, change(2, 1, {"uno": 9}, 8), "not its total"),
        (False, snapshot(1, {"uno": 4}), "two truths"),
        (False, snapshot(2, {"n" * 70_000: 1}), "70"),
    ],
)
def test_broken_promises(chain: PushChain, place: bool, payload: bytes, complaint: str) -> None:
    """Whatever docs/websocket.md rules out is noticed."""
    at = follow(chain, None, snapshot(1, {"uno": 5}))

    with pytest.raises(BrokenPromiseError, match=complaint):
        follow(chain, at if place else None, payload)
