"""Whose name is asked for, at every port that a browser can reach (DNS rebinding)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.local.raw_requests import raw
from tests.port_ranges import free_ports

CONTRACT = json.loads((Path(__file__).parents[1] / "contracts" / "anfitriones.json").read_text())
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
METRICS = dict(zip(("servicio-analiticas", "panel-visual", "entrada"), free_ports(3), strict=True))


@pytest.fixture(scope="module")
def named(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """The chain with the contract's settings, one for all of these tests."""
    with broker.virtual_host() as vhost:
        chain = Chain(vhost, tmp_path_factory.mktemp("named"))
        for part in chain.parts.values():
            part.environment |= CONTRACT["ajustes"]
        for name, port in METRICS.items():
            chain.parts[name].environment["METRICS_PORT"] = str(port)
        with chain.at_work():
            yield chain


def doors(chain: Chain) -> list[tuple[int, str]]:
    """Every port and what may be asked for there."""
    routes = chain.routes
    web = ("/panel/", "/panel/ws", "/panel/historia", "/reporte", "/eventos", "/panel", "/", "/x")
    return [
        *((routes.web_port, path) for path in web),
        *((routes.traefik_port, path) for path in ("/dashboard/", "/api/rawdata")),
        *((routes.reporte_port, path) for path in ("/reporte", "/readyz")),
        *((routes.panel_port, path) for path in ("/", "/estado.json", "/readyz")),
        (routes.push_port, "/ws"),
        *((routes.entrada_port, path) for path in ("/eventos", "/readyz")),
        *((port, "/metrics") for port in METRICS.values()),
    ]


def ask(port: int, path: str, host: str, version: str = "1.1") -> tuple[int, str]:
    line = f"Host: {host}\r\n" if host else ""
    return raw(port, f"GET {path} HTTP/{version}\r\n{line}Connection: close\r\n\r\n")


def shake_hands(port: int, path: str, host: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request("GET", path, headers=HANDSHAKE | {"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_a_strange_name_is_refused_everywhere(named: Chain) -> None:
    """421, with a problem that names the setting, before anything is said or done."""
    for port, path in doors(named):
        status, text = ask(port, path, "evil.example")
        assert (status, path) == (421, path), text
        assert "WEB_ANFITRIONES=evil.example" in text, path
        if path not in ("/ws", "/panel/ws"):
            assert "content-type: application/problem+json" in text.lower(), path


def test_a_strange_handshake_is_told_the_same(named: Chain) -> None:
    """Who asks for a WebSocket at any port is told why not, as everybody else is."""
    for port, path in doors(named):
        status, text = shake_hands(port, path, "evil.example")
        assert (status, path) == (421, path), text
        assert "WEB_ANFITRIONES=evil.example" in text, path


def test_known_names_are_answered(named: Chain) -> None:
    """Names of this machine, addresses as numbers, and what the settings add, at every port."""
    for host in CONTRACT["validos"]:
        refused = [door for door in doors(named) if ask(*door, host)[0] == 421]
        assert refused == [], host


def test_other_names_are_not(named: Chain) -> None:
    """What only looks like a known name is a strange one, at the proxy as at a service."""
    for host in CONTRACT["invalidos"]:
        for port in (named.routes.web_port, named.routes.traefik_port, named.routes.reporte_port):
            assert ask(port, "/reporte", host)[0] == 421, host


def test_an_old_program_names_none(named: Chain) -> None:
    """HTTP/1.0 has no Host; a health check may speak it."""
    for port, path in (
        (named.routes.reporte_port, "/readyz"),
        (named.routes.panel_port, "/readyz"),
    ):
        assert ask(port, path, "", "1.0")[0] == 200
