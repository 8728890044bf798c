"""Several analytics or panels behind the real Traefik: one that is dead gets no requests."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from parts.places import Place, Places
from parts.proxy import Routes, proxy_command, proxy_environment
from tests.port_ranges import free_ports
from tests.stack import HTTP, READY_SECONDS, Part, answers

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
ROUTES = {"reporte_port": "/reporte", "panel_port": "/panel/", "push_port": "/panel/ws"}


class Named(BaseHTTPRequestHandler):
    """Says which server it is; the proxy asks it for `/livez` or `/readyz` whether it lives."""

    live = 200

    def do_GET(self) -> None:
        body = self.connection.getsockname()[0].encode()
        self.send_response(self.live if self.path == "/livez" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class WithoutPages(Named):
    """As the panel's port for viewers."""

    live = 404


def serve(host: str, port: int, pages: bool) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((host, port), Named if pages else WithoutPages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(name="routes", scope="module")
def _routes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Routes]:
    ports = free_ports(6)
    places = Places([Place(host, str(ports[4])) for host in HOSTS], HOSTS)
    routes = Routes(*ports, places=places)
    redirect = f"http://127.0.0.1:{routes.web_port}/panel"
    environment = proxy_environment(routes, os.environ)
    folder = tmp_path_factory.mktemp("proxy")
    traefik = Part(
        "traefik", proxy_command(), environment, folder, lambda _: answers(redirect, 302)
    )
    try:
        traefik.start()
        yield routes
    finally:
        traefik.kill()


def who_answers(url: str) -> set[str]:
    """Of a dozen requests in a row; empty when one of them had no answer."""
    with suppress(httpx.HTTPError):
        found = [HTTP.get(url, timeout=5) for _ in range(12)]
        return {answer.text for answer in found} if all(a.is_success for a in found) else set()
    return set()


def until_answered_by(url: str, servers: set[str]) -> None:
    end = time.monotonic() + READY_SECONDS
    while (found := who_answers(url)) != servers:
        assert time.monotonic() < end, f"{found} answer, and not {servers}"


@pytest.mark.parametrize("kind", ROUTES)
def test_a_dead_one_gets_no_requests(kind: str, routes: Routes) -> None:
    """Requests go to all that live, and to one again that comes back."""
    port, url = getattr(routes, kind), f"http://127.0.0.1:{routes.web_port}{ROUTES[kind]}"
    pages = kind != "push_port"
    servers = {host: serve(host, port, pages) for host in HOSTS}
    until_answered_by(url, set(HOSTS))

    servers[HOSTS[1]].shutdown()
    servers[HOSTS[1]].server_close()
    until_answered_by(url, {HOSTS[0], HOSTS[2]})

    servers[HOSTS[1]] = serve(HOSTS[1], port, pages)
    until_answered_by(url, set(HOSTS))
    for server in servers.values():
        server.shutdown()
        server.server_close()
