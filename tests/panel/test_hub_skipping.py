"""The hub's promise, checked for any order of reports, stalls, joins and leaves."""

import asyncio
import json
from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import given, settings
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.uri import parse_uri

from deltas import Deltas
from frames import encode
from hub import Hub
from origin_rule import OriginRule
from report_wire import Reporte
from shown import shown_of
from viewer import Viewer


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
        return ("127.0.0.1", 1) if name == "peername" else default

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

    def received(self) -> list[dict[str, Any]]:
        events = self.client.events_received()
        assert all(isinstance(e, Frame | Response) for e in events)
        return [json.loads(bytes(e.data)) for e in events if isinstance(e, Frame)]


class Watcher:
    """A viewer at the other end; it refuses a change that does not build on what it has."""

    def __init__(self, hub: Hub) -> None:
        self.network = Network(hub)
        self.state: dict[str, Any] = {}
        self.beat: int | None = None

    def take(self) -> None:
        for message in self.network.received():
            kind = message.pop("tipo")
            if kind == "latido":
                assert self.beat is None or message["n"] > self.beat, "an older heartbeat"
                self.beat = message["n"]
            elif kind == "instantanea":
                self._becomes(message)
            else:
                place = (self.state.get("epoca"), self.state.get("version"))
                assert place == (message["epoca"], message.pop("previa")), "a gap"
                clientes = self.state["clientes"] | message["clientes"]
                message["clientes"] = {k: v for k, v in clientes.items() if v is not None}
                self._becomes(message)

    def _becomes(self, state: dict[str, Any]) -> None:
        if self.state.get("epoca") == state["epoca"]:
            assert state["version"] > self.state["version"], "the past"
            assert state["total"] >= self.state["total"]
        assert state["total"] == sum(state["clientes"].values()) + state["otros"]["total"]
        self.state = state


class Counting:
    """An analytics of three kinds of commit."""

    def __init__(self) -> None:
        self.epoca, self.version, self.duplicados = 0, 0, 0
        self.clientes: dict[str, int] = {}

    def commit(self, kind: str, n: int) -> Reporte:
        self.version += 1
        if kind == "anew":
            self.epoca, self.clientes = self.epoca + 1, {}
        elif kind == "duplicate":
            self.duplicados += 1
        else:
            self.clientes[f"c{n}"] = self.clientes.get(f"c{n}", 0) + 1 + n % 7
        total = sum(self.clientes.values())
        return msgspec.convert(
            {
                "epoca": f"e{self.epoca}",
                "version": self.version,
                "generado": "2026-11-24T07:00:00.123Z",
                "total": total,
                "clientes": self.clientes,
                "otros": {"clientes": 0, "total": 0},
                "eventos": {},
                "otros_eventos": {"tipos": 1, "total": total},
                "rechazados": 0,
                "duplicados": self.duplicados,
                "conflictos": 0,
            },
            Reporte,
        )


kinds = ["count"] * 6 + ["duplicate", "anew", "beat", "join", "join", "stall", "stall", "drain"]
steps = st.lists(st.tuples(st.sampled_from([*kinds, "leave"]), st.integers(0, 300)), max_size=80)


@given(steps)
@settings(max_examples=300, deadline=None)
async def test_every_viewer_is_current_or_stalled(steps):
    """After every step, whoever can receive has the newest report and heartbeat; no one a gap."""
    hub, deltas, counting = Hub(OriginRule(8080)), Deltas(), Counting()
    watchers: list[Watcher] = []
    shown: dict[str, Any] = {}
    beat = 0
    for kind, n in steps:
        chosen = watchers[n % len(watchers)] if watchers else None
        if kind in ("count", "duplicate", "anew"):
            report = counting.commit(kind, n)
            update = deltas.advance(report)
            await hub.publish(update.snapshot, update.change)
            shown = json.loads(encode(shown_of(report)))
            del shown["tipo"]
        elif kind == "beat":
            beat += 1
            await hub.beat(b'{"tipo":"latido","n":%d}' % beat)
        elif kind == "join":
            watchers.append(Watcher(hub))
        elif chosen and kind == "leave":
            watchers.remove(chosen)
            chosen.network.server.connection_lost(None)
        elif chosen and kind == "stall":
            chosen.network.stalled = True
        elif chosen:
            chosen.network.drain()
        for watcher in watchers:
            watcher.take()
            if not watcher.network.stalled:
                assert (watcher.state, watcher.beat or 0) == (shown, beat)
    assert len(hub) == len(watchers)
