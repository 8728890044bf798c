"""The routes, on the real Traefik with echoing servers behind it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urljoin

import httpx
import pytest

from parts.proxy import Routes, proxy_command, proxy_environment
from tests.port_ranges import free_ports
from tests.stack import Part, answers

Get = Callable[..., httpx.Response]


class Echo(BaseHTTPRequestHandler):
    """Answers with the path and the headers that arrived, and says which server it is."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f"{self.path}\n{self.headers}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Server-Port", str(self.connection.getsockname()[1]))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def routes() -> Routes:
    return Routes(*free_ports(6))


@pytest.fixture(scope="module")
def get(routes: Routes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Get]:
    """GET a path of the web entry point, or of another port, exactly as it is written."""
    behind = [
        ThreadingHTTPServer(("127.0.0.1", port), Echo)
        for port in (
            *(routes.panel_port, routes.push_port),
            *(routes.reporte_port, routes.entrada_port),
        )
    ]
    for server in behind:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    redirect = f"http://127.0.0.1:{routes.web_port}/panel"
    environment = proxy_environment(routes, os.environ)
    folder = tmp_path_factory.mktemp("proxy")
    traefik = Part(
        "traefik",
        proxy_command(),
        environment,
        folder,
        lambda part: answers(redirect, 302),  # it listens before it knows the routes
    )
    traefik.start()
    with httpx.Client(trust_env=False) as client:

        def get_raw(path: str, port: int = routes.web_port, **headers: str) -> httpx.Response:
            url = httpx.URL(f"http://127.0.0.1:{port}", raw_path=path.encode())
            named = {name.replace("__", "-"): value for name, value in headers.items()}
            return client.get(url, headers=named)

        yield get_raw
    assert traefik.stop() == 0
    assert "ERR" not in traefik.log
    for server in behind:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("path", "server", "seen"),
    [
        ("/panel/", "panel_port", "/"),
        ("/panel/?embed=1", "panel_port", "/?embed=1"),
        ("/panel/static/js/main.js", "panel_port", "/static/js/main.js"),
        ("/panel/wsx", "panel_port", "/wsx"),
        ("/panel/ws", "push_port", "/ws"),
        ("/eventos?cliente=caf%C3%A9", "entrada_port", "/eventos?cliente=caf%C3%A9"),
        ("/eventos/", "entrada_port", "/eventos/"),
        ("/eventos/x", "entrada_port", "/eventos/x"),
        ("/reporte", "reporte_port", "/reporte"),
        ("/reporte?limite=3", "reporte_port", "/reporte?limite=3"),
        ("/reporte/clientes/caf%C3%A9", "reporte_port", "/reporte/clientes/caf%C3%A9"),
    ],
)
def test_each_path_reaches_its_server(
    get: Get, routes: Routes, path: str, server: str, seen: str
) -> None:
    """The panel and the push server see paths without the prefix, the analytics the whole."""
    answer = get(path)

    assert answer.headers["Server-Port"] == str(getattr(routes, server))
    assert answer.text.splitlines()[0] == seen


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/panel", "/panel/"),
        ("/?a=1", "/panel/?a=1"),
        ("/panel?x=a%20b", "/panel/?x=a%20b"),
    ],
)
def test_start_leads_to_the_page(get: Get, path: str, location: str) -> None:
    """Not for good, with the query, and below whatever prefix another proxy has put in front."""
    answer = get(path)

    assert answer.status_code == 302
    for prefix in ("", "/pulso"):
        assert urljoin(prefix + path, answer.headers["Location"]) == prefix + location


@pytest.mark.parametrize(
    "path",
    [
        "/panelx",
        "/panel../x",
        "/reportex",
        "/eventosx",
        "/readyz",
        "/dashboard/",
        "/api",
    ],
)
def test_nothing_else_is_served(get: Get, path: str) -> None:
    """What has no route is not found, the dashboard on the web port included."""
    assert get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/panel/..%2freporte", "/panel/%5c", "/reporte/%00", "/panel/%2e%2e%2f"]
)
def test_encoded_separators_are_refused(get: Get, path: str) -> None:
    """A path that a server behind might read differently goes no further."""
    assert get(path).status_code == 400


@pytest.mark.parametrize(
    "header", ["X_Forwarded_For", "X_Forwarded_Prefix", "x_real_ip", "OIDC_CLAIM_sub", "X.Real.Ip"]
)
def test_headers_that_some_servers_read_as_others_are_dropped(get: Get, header: str) -> None:
    """Underscores and dots would become hyphens; a login proxy in front adds such headers."""
    answer = get("/panel/", **{header: "10.9.9.9"})

    assert answer.status_code == 200
    assert "10.9.9.9" not in answer.text


def test_forged_forwarded_headers_are_replaced(get: Get) -> None:
    """The servers behind see what Traefik saw."""
    answer = get("/panel/", X__Forwarded__For="10.9.9.9", X__Forwarded__Prefix="/evil")

    assert "10.9.9.9" not in answer.text
    assert "/evil" not in answer.text


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Forwarded-For", "10.9.9.9"),
        ("X-Forwarded-For", "10.9.9.9, 127.0.0.1"),
        ("X-Real-Ip", "10.9.9.9"),
        ("X_Forwarded_For", "10.9.9.9"),
        ("X_Real_Ip", "10.9.9.9"),
        ("Forwarded", "for=10.9.9.9"),
        ("X-Forwarded-User", "10.9.9.9"),
        ("X_Forwarded_User", "10.9.9.9"),
        ("Remote-User", "10.9.9.9"),
        ("X-Original-URL", "/10.9.9.9"),
        ("X-Rewrite-URL", "/10.9.9.9"),
        ("X-Forwarded-Prefix", "/10.9.9.9"),
        ("Connection", "X-Forwarded-For, X-Real-Ip"),
    ],
)
def test_nobody_says_himself_who_he_is(get: Get, header: str, value: str) -> None:
    """The servers behind see the address that Traefik saw, and no name, path or prefix given."""
    answer = get("/panel/", **{header.replace("-", "__"): value})

    assert "10.9.9.9" not in answer.text
    if answer.status_code != 400:
        lines = answer.text.splitlines()
        assert lines[0] == "/"
        assert "X-Forwarded-For: 127.0.0.1" in lines
        assert "X-Real-Ip: 127.0.0.1" in lines


def test_push_server_is_offered_no_compression(get: Get) -> None:
    """The handshake arrives without extensions."""
    answer = get("/panel/ws", Sec__WebSocket__Extensions="permessage-deflate", Origin="http://a")

    assert "Origin: http://a" in answer.text
    assert "permessage-deflate" not in answer.text


def test_dashboard_has_its_own_port(get: Get, routes: Routes) -> None:
    """The dashboard and the API that it reads, with every route in order."""
    overview = get("/api/overview", port=routes.traefik_port).json()["http"]

    assert get("/dashboard/", port=routes.traefik_port).status_code == 200
    assert [kind["errors"] + kind["warnings"] for kind in overview.values()] == [0, 0, 0]
