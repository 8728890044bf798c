"""What the chain answers when no door is closed: safe headers, and nothing to what is odd."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.foreign_publisher import wait_for
from tests.local.raw_requests import get, raw

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def chain(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """One for all of these tests: nothing that they do is counted."""
    with (
        broker.virtual_host() as vhost,
        Chain(vhost, tmp_path_factory.mktemp("open")).at_work() as chain,
    ):
        yield chain


def test_every_answer_is_safe(chain: Chain) -> None:
    """Pages, API, errors and what is not found: the same headers, and a policy on each."""
    tried = {
        "page": httpx.get(chain.web_url, trust_env=False),
        "no slash": httpx.get(chain.web_url[:-1], trust_env=False),
        "start": httpx.get(f"{chain.origin}/", trust_env=False),
        "no file": httpx.get(f"{chain.web_url}static/no.js", trust_env=False),
        "report": httpx.get(chain.report_url, trust_env=False),
        "unknown client": httpx.get(f"{chain.report_url}/clientes/nadie", trust_env=False),
        "bad parameter": httpx.get(f"{chain.report_url}?limite=x", trust_env=False),
        "wrong method": httpx.post(chain.report_url, trust_env=False),
        "bad event": httpx.post(chain.intake_url, content=b"{", trust_env=False),
        "read intake": httpx.get(chain.intake_url, trust_env=False),
        "no route": httpx.get(f"{chain.origin}/nada", trust_env=False),
        "no dashboard": httpx.get(f"{chain.origin}/dashboard/", trust_env=False),
        "dashboard": httpx.get(chain.dashboard_url, trust_env=False),
    }

    for name, answer in tried.items():
        given = {header: answer.headers.get(header) for header in SAFE}
        assert (name, given) == (name, SAFE)
        assert "Server" not in answer.headers, name
    redirects = {"no slash", "start"}
    assert {n for n, a in tried.items() if "Content-Security-Policy" not in a.headers} <= {
        *redirects,
        "dashboard",  # Traefik's own page
    }
    statuses = {name: answer.status_code for name, answer in tried.items()}
    assert (statuses["no route"], statuses["no dashboard"]) == (404, 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("path", ["/panel/", "/reporte", "/eventos"])
def test_other_methods_do_nothing(chain: Chain, method: str, path: str) -> None:
    target = "127.0.0.1:80" if method == "CONNECT" else path
    lines = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    status, _ = raw(chain.routes.web_port, lines)

    assert status in (400, 404, 405, 501)


@pytest.mark.parametrize("path", ["/", "/panel"])
def test_start_pages_say_how_to_ask(chain: Chain, path: str) -> None:
    """Another method is not led to the page, and told which ones there are."""
    status, text = raw(chain.routes.web_port, f"POST {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")

    assert status == 405
    assert "Allow: GET, HEAD" in text or "Allow: HEAD, GET" in text


def test_programs_of_http_1_0_need_not_name_a_host(chain: Chain) -> None:
    """They get what they ask for, at the proxy as behind it."""
    port = chain.routes.web_port

    assert '"epoca"' in raw(port, "GET /reporte/libro HTTP/1.0\r\n\r\n")[1]
    assert raw(port, "POST /eventos HTTP/1.0\r\nContent-Length: 1\r\n\r\n{")[0] == 400
    assert raw(port, "GET /reporte/libro HTTP/1.1\r\nConnection: close\r\n\r\n")[0] == 400


def test_a_body_of_no_sense_is_the_senders_fault(chain: Chain) -> None:
    """400 says that sending it again is in vain; 500 would say that it is not known."""
    chunked = "Host: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"

    assert raw(chain.routes.web_port, f"POST /eventos HTTP/1.1\r\n{chunked}")[0] == 400


@pytest.mark.parametrize("part", ["reporte_port", "panel_port"])
def test_services_take_a_target_that_names_the_host(chain: Chain, part: str) -> None:
    """As one asks a proxy, one may ask anybody; and it is that host that counts."""
    port = getattr(chain.routes, part)

    assert get(port, "http://localhost/livez")[0] == 200
    assert get(port, "http://evil.example/livez")[0] == 421
    assert raw(port, "GET /livez HTTP/2.0\r\nHost: localhost\r\n\r\n")[0] == 505


def test_sizes(chain: Chain) -> None:
    """Headers and bodies have an end; what is beyond it is refused, and the rest goes on."""
    port = chain.routes.web_port

    assert get(port, "/reporte", "X-Long: " + "x" * 40_000)[0] == 431
    assert get(port, "/reporte?" + "x" * 40_000)[0] in (414, 431)
    assert get(port, "/panel/", "Content-Length: -1")[0] == 400
    too_much = httpx.post(chain.intake_url, content=b" " * 18_000_000, trust_env=False)
    assert too_much.status_code == 413
    wait_for(chain.report_url, lambda report: report["total"] == 0)
