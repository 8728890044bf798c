"""The hub's promise, checked for any order of reports, stalls, joins and leaves."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.uri import parse_uri

from messages.deltas import Deltas
from messages.shown import shown_of
from push.access.origin_rule import OriginRule
from push.hub import Hub
from push.viewer import Viewer
from tests.panel.conftest import ReportOf, ViewerModel
from tests.panel.news import news


class Network(asyncio.Transport):
    """
    A connection to one viewer without a kernel: what is written arrives at once, unless it is
    stalled; then it waits, and the writer is told so as asyncio tells it.
    """

    def __init__(self, hub: Hub) -> None:
        super().__init__()
        self.client = ClientProtocol(parse_uri("ws://127.0.0.1/ws"))
        self.stalled = False
        self._unsent: list[bytes] = []
        self.server = Viewer(hub)
        self.server.connection_made(self)
        self.client.send_request(self.client.connect())
        for data in self.client.data_to_send():
            self.server.data_received(data)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert high == 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        # No kernel, no file descriptor: the hub's direct way fails, and all goes through write().
        return {"peername": ("127.0.0.1", 1), "socket": self}.get(name, default)

    def fileno(self) -> int:
        return -1

    def write(self, data: Any) -> None:
        if not self.stalled:
            self.client.receive_data(data)
            return
        if not self._unsent:
            self.server.pause_writing()
        self._unsent.append(bytes(data))

    def drain(self) -> None:
        self.stalled = False
        unsent, self._unsent = self._unsent, []
        for data in unsent:
            self.client.receive_data(data)
        if unsent:
            self.server.resume_writing()

    def received(self) -> list[bytes]:
        events = self.client.events_received()
        assert all(isinstance(e, Frame | Response) for e in events)
        return [bytes(e.data) for e in events if isinstance(e, Frame)]


class Counting:
    """An analytics of three kinds of commit."""

    def __init__(self) -> None:
        self.epoca, self.version, self.duplicados = 0, 0, 0
        self.clientes: dict[str, int] = {}

    def commit(self, kind: str, n: int) -> dict[str, Any]:
        """Return what the report after it is made of."""
        self.version += 1
        if kind == "anew":
            self.epoca, self.clientes = self.epoca + 1, {}
        elif kind == "duplicate":
            self.duplicados += 1
        else:
            self.clientes[f"c{n}"] = self.clientes.get(f"c{n}", 0) + 1 + n % 7
        return {
            "clientes": dict(self.clientes),
            "epoca": f"e{self.epoca}",
            "version": self.version,
            "duplicados": self.duplicados,
        }


kinds = ["count"] * 6 + ["duplicate", "anew", "beat", "join", "join", "stall", "stall", "drain"]
steps = st.lists(st.tuples(st.sampled_from([*kinds, "leave"]), st.integers(0, 300)), max_size=80)


class Audience:
    """Viewers that come, stall, drain and go."""

    def __init__(self, hub: Hub, model: Callable[[], Any]) -> None:
        self.viewers: list[tuple[Network, Any]] = []
        self._hub, self._model = hub, model

    def step(self, kind: str, n: int) -> None:
        if kind == "join":
            self.viewers.append((Network(self._hub), self._model()))
        elif self.viewers:
            chosen = self.viewers[n % len(self.viewers)]
            if kind == "leave":
                self.viewers.remove(chosen)
                chosen[0].server.connection_lost(None)
            elif kind == "stall":
                chosen[0].stalled = True
            else:
                chosen[0].drain()

    def check(self, shown: dict[str, Any], heartbeat: dict[str, Any]) -> None:
        for network, model in self.viewers:
            for payload in network.received():
                model.receive(payload)
            if not network.stalled:
                assert (model.state, model.heartbeat) == (shown, heartbeat)


@given(steps)
@settings(max_examples=300)
async def test_every_viewer_is_current_or_stalled(
    viewer_model: type[ViewerModel], report_of: ReportOf, steps: list[tuple[str, int]]
) -> None:
    """After every step, whoever can receive has the newest report and heartbeat; no one a gap."""
    hub, deltas, counting = Hub(OriginRule(8080)), Deltas(), Counting()
    audience = Audience(hub, viewer_model)
    shown: dict[str, Any] = {}
    heartbeat: dict[str, Any] = {}
    for kind, n in steps:
        if kind in ("count", "duplicate", "anew"):
            report = report_of(**counting.commit(kind, n))
            update = news(deltas, report)
            await hub.publish(update.snapshot, update.change)
            shown = json.loads(shown_of(report).encoded)
            del shown["tipo"]
        elif kind == "beat":
            heartbeat = {"n": heartbeat.get("n", 0) + 1}
            await hub.beat(json.dumps({"tipo": "latido", **heartbeat}).encode())
        else:
            audience.step(kind, n)
        audience.check(shown, heartbeat)
    assert len(hub) == len(audience.viewers)


async def test_who_catches_up_during_a_push_is_not_given_it_again(
    viewer_model: type[ViewerModel], report_of: ReportOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two slices of a push a viewer may stall and drain: then it has the state already."""
    monkeypatch.setattr("push.hub.SLICE", 1)
    hub, deltas = Hub(OriginRule(8080)), Deltas()
    viewers = [(Network(hub), viewer_model()) for _ in range(20)]
    first, second = (news(deltas, report_of({"a": n}, version=n)) for n in (1, 2))
    await hub.publish(*first)

    pushing = asyncio.create_task(hub.publish(*second))
    await asyncio.sleep(0)
    monkeypatch.setattr("push.hub.SLICE", 1000)  # the heartbeat now comes first everywhere
    for network, _ in viewers:
        network.stalled = True
    await hub.beat(b'{"tipo":"latido"}')
    for network, _ in viewers:
        network.drain()
    await pushing

    for network, model in viewers:
        for payload in network.received():
            model.receive(payload)
        assert model.state["version"] == 2
