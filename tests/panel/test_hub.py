"""What viewers are given, over real sockets."""

import asyncio
import socket

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Close

from push.hub import Hub, text_frame
from push.viewer import Viewer
from tests.panel.conftest import HubOn, Patient, Soon, Watch


async def test_a_viewer_first_gets_the_snapshot_and_the_heartbeat(
    hub_on: HubOn, watch: Watch
) -> None:
    """A newcomer is given the newest state and heartbeat, not those before."""
    hub, port = await hub_on()
    await hub.publish(b"snapshot 1", None)
    await hub.publish(b"snapshot 2", b"change 2")
    await hub.beat(b"heartbeat")

    async with watch(port) as viewer:
        assert [await viewer.recv(), await viewer.recv()] == ["snapshot 2", "heartbeat"]


async def test_without_a_report_there_is_only_the_heartbeat(hub_on: HubOn, watch: Watch) -> None:
    """Before the first report a viewer learns at once that there is none, then gets it."""
    hub, port = await hub_on()
    await hub.beat(b"caida")

    async with watch(port) as viewer:
        first = await viewer.recv()
        await hub.publish(b"snapshot", None)

        assert [first, await viewer.recv()] == ["caida", "snapshot"]


async def test_a_viewer_in_its_place_gets_changes(hub_on: HubOn, watch: Watch) -> None:
    """Who has the state before gets the change, and nothing is repeated."""
    hub, port = await hub_on()
    await hub.publish(b"snapshot 1", None)

    async with watch(port) as viewer:
        assert await viewer.recv() == "snapshot 1"
        await hub.publish(b"snapshot 2", b"change 2")
        await hub.beat(b"heartbeat")
        await hub.publish(b"snapshot 3", b"change 3")
        await hub.publish(b"snapshot 4", None)

        received = [await viewer.recv() for _ in range(4)]

    assert received == ["change 2", "heartbeat", "change 3", "snapshot 4"]


async def test_a_viewer_that_fell_behind_gets_the_newest_snapshot(
    hub_on: HubOn, watch: Watch, soon: Soon
) -> None:
    """While something is unsent a viewer is skipped; then it gets one snapshot of the newest."""
    hub, port = await hub_on()
    big = b"x" * 60_000
    await hub.publish(b"first", None)
    async with watch(port, max_queue=1) as viewer:
        assert await viewer.recv() == "first"
        # It does not read, so the network fills up.
        viewer.transport.pause_reading()
        async with asyncio.timeout(10):
            while hub.ready:
                await hub.publish(b"snapshot of " + big, b"change of " + big)
        for i in range(50):
            await hub.publish(b"snapshot %d" % i, b"change %d" % i)
        await hub.beat(b"heartbeat")
        viewer.transport.resume_reading()

        received = await viewer.recv()
        while received.startswith("change of"):
            received = await viewer.recv()

        assert [received, await viewer.recv()] == ["snapshot 49", "heartbeat"]
        await hub.publish(b"snapshot", b"change")
        assert await viewer.recv() == "change"


async def go_deaf(viewer: Patient, hub: Hub) -> None:
    """Read no more; return when the hub has nobody left to tell."""
    viewer.transport.pause_reading()
    async with asyncio.timeout(10):
        while hub.ready:
            await hub.publish(b"x" * 60_000, b"y" * 60_000)


async def test_who_missed_one_change_gets_that(hub_on: HubOn, watch: Watch) -> None:
    """What it has is the state before, so that the change is enough."""
    hub, port = await hub_on()
    await hub.publish(b"first", None)
    async with watch(port, max_queue=1) as viewer:
        assert await viewer.recv() == "first"
        await go_deaf(viewer, hub)
        await hub.publish(b"snapshot", b"change")
        viewer.transport.resume_reading()

        received = await viewer.recv()
        while received.startswith("y"):
            received = await viewer.recv()

    assert received == "change"


async def test_only_the_heartbeat_was_missed(hub_on: HubOn, watch: Watch) -> None:
    """Who drains and lacks only a heartbeat is not given the snapshot again."""
    hub, port = await hub_on()
    await hub.publish(b"first", None)
    async with watch(port, max_queue=1) as viewer:
        assert await viewer.recv() == "first"
        await go_deaf(viewer, hub)
        await hub.beat(b"heartbeat")
        viewer.transport.resume_reading()

        received = [await viewer.recv()]
        while received[-1] != "heartbeat":
            received.append(await viewer.recv())

    assert "x" not in {text[0] for text in received}


async def test_frames_are_encoded_once(
    hub_on: HubOn, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push to many viewers serializes as much as a push to one."""
    hub, port = await hub_on()
    encoded: list[bytes] = []

    def noted(payload: bytes) -> bytes:
        encoded.append(payload)
        return text_frame(payload)

    monkeypatch.setattr("push.hub.text_frame", noted)
    async with watch(port), watch(port), watch(port) as last:
        await hub.publish(b"snapshot", b"change")
        await last.recv()

    assert encoded == [b"snapshot", b"change"]


async def test_many_viewers_get_everything(hub_on: HubOn, watch: Watch) -> None:
    """More viewers than one slice: each gets every change, in order."""
    hub, port = await hub_on()
    await hub.publish(b"0", None)
    watchers = [watch(port) for _ in range(600)]
    viewers = await asyncio.gather(*(w.__aenter__() for w in watchers))
    try:
        for i in range(1, 6):
            await hub.publish(b"%d" % i, b"%d" % i)
        for viewer in viewers:
            assert [await viewer.recv() for _ in range(6)] == list("012345")
    finally:
        await asyncio.gather(*(w.__aexit__(None, None, None) for w in watchers))


async def test_accepted_sockets_are_tuned(hub_on: HubOn, watch: Watch) -> None:
    """Frames leave at once, few bytes wait in the kernel, and dead peers are given up."""
    hub, port = await hub_on()
    async with watch(port):
        (viewer,) = hub._all
        assert isinstance(viewer, Viewer)
        accepted = viewer.out.get_extra_info("socket")
        option = accepted.getsockopt

        assert option(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert option(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            assert option(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == 4096


async def test_stopping_says_restart(hub_on: HubOn, watch: Watch, soon: Soon) -> None:
    """Every viewer is told that the service restarts, and nobody comes in meanwhile."""
    _, port = await hub_on()
    async with watch(port) as viewer:
        task = next(t for t in asyncio.all_tasks() if "Hub.serve" in repr(t))
        task.cancel()
        with pytest.raises(ConnectionClosed) as closed:
            await viewer.recv()

        assert closed.value.rcvd == Close(1012, "restarting")
        with pytest.raises((OSError, InvalidStatus)):
            async with watch(port):
                pass


async def test_a_full_house_says_so(hub_on: HubOn, watch: Watch, soon: Soon) -> None:
    """One viewer too many is told to try again later, and a place that is left is free again."""
    hub, port = await hub_on(viewers=2)
    async with watch(port), watch(port):
        async with watch(port) as third:
            with pytest.raises(ConnectionClosed) as closed:
                await third.recv()
        assert closed.value.rcvd and closed.value.rcvd.code == 1013
    await soon(lambda: not len(hub))

    await hub.publish(b"snapshot", None)
    async with watch(port) as viewer:
        assert await viewer.recv() == "snapshot"
