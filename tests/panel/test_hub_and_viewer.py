"""The hub knows of a viewer only what the protocol between them says."""

from __future__ import annotations

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from push.access.admission import RefusedError
from push.access.limits import Limits
from push.access.origin_rule import OriginRule
from push.hub import Hub, text_frame
from push.hub_and_viewer import Newest

REQUEST = Request("/ws", Headers(Host="localhost"))


class Noted:
    """A viewer that has the protocol's methods and nothing else."""

    __slots__ = ("ended", "got")

    def __init__(self) -> None:
        self.got: list[Newest] = []
        self.ended: list[str] = []

    def take(self, newest: Newest) -> None:
        self.got.append(newest)

    def look_after(self, now: float) -> None:
        pass

    def dismiss(self) -> None:
        self.ended.append("dismissed")

    def kill(self, why: str) -> None:
        self.ended.append(why)


async def test_only_who_has_drained_is_told() -> None:
    """While something is unsent a viewer hears nothing; then it is given what is newest."""
    hub, viewer = Hub(OriginRule(8080)), Noted()
    hub.connected(viewer)
    await hub.publish(b"1", None)
    first = hub.drained(viewer)
    await hub.publish(b"2", b"from 1 to 2")
    hub.stalled(viewer)
    await hub.publish(b"3", None)
    third = hub.drained(viewer)
    await hub.beat(b"beat")

    assert first.since(-1) == text_frame(b"1")
    assert third.since(2) == text_frame(b"3")
    assert [(one.number, one.step) for one in viewer.got] == [
        (2, text_frame(b"from 1 to 2")),
        (4, text_frame(b"beat")),
    ]


def test_what_is_new_depends_on_what_one_has() -> None:
    """A change to who has the state before, else the snapshot; the heartbeat to who lacks it."""
    newest = Newest().with_state(b"1", b"1").with_heartbeat(b"old")
    newest = newest.with_state(b"from 1 to 2", b"2").with_heartbeat(b"beat")

    assert [newest.since(number) for number in range(-1, 5)] == [
        b"2beat",
        b"2beat",
        b"from 1 to 2beat",
        b"from 1 to 2beat",
        b"beat",
        b"",
    ]


def test_the_hub_gives_an_address_back_that_it_is_told_of() -> None:
    """Who was admitted has the address, and names it as it leaves."""
    hub, viewer = Hub(OriginRule(8080), Limits(per_address=1)), Noted()
    hub.connected(viewer)
    address = hub.admit(REQUEST, "127.0.0.1")
    with pytest.raises(RefusedError):
        hub.admit(REQUEST, "127.0.0.1")

    hub.disconnected(viewer, address)

    assert hub.admit(REQUEST, "127.0.0.1") == address
    assert not len(hub)
