"""https on the web port, with a certificate of one's own."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser
from websockets.asyncio.client import connect

from parts.proxy import Doors, proxy_command, proxy_environment
from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.stack import Part


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    openssl = shutil.which("openssl")
    assert openssl, "no openssl on PATH"
    folder = tmp_path_factory.mktemp("certificate")
    files = folder / "tls.crt", folder / "tls.key"
    words = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    words += ["-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run([openssl, "req", "-x509", *words], check=True, capture_output=True)
    return files


@pytest.fixture(scope="module")
def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """Knows that certificate and no other."""
    return ssl.create_default_context(cafile=certificate[0])


@pytest.fixture(scope="module")
def encrypted(
    broker: Broker,
    tmp_path_factory: pytest.TempPathFactory,
    certificate: tuple[Path, Path],
    trusting: ssl.SSLContext,
) -> Iterator[Chain]:
    """One chain for all of these tests: they break nothing of it."""
    folder = tmp_path_factory.mktemp("encrypted")
    with broker.virtual_host() as vhost:
        chain = Chain(vhost, folder)
        chain.parts["reverse-proxy"] = proxy_part(chain, certificate, trusting, folder)
        with chain.at_work():
            yield chain


def proxy_part(
    chain: Chain, certificate: tuple[Path, Path], trusting: ssl.SSLContext, folder: Path
) -> Part:
    crt, key = certificate
    doors = Doors(certificate=str(crt), key=str(key))
    environment = proxy_environment(chain.routes, os.environ, doors)
    page = f"https://127.0.0.1:{chain.routes.web_port}/panel/livez"

    def ready(_: Part) -> bool:
        try:
            return httpx.get(page, verify=trusting, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    return Part("proxy", proxy_command(), environment, folder, ready)


async def test_page_report_and_socket(encrypted: Chain, trusting: ssl.SSLContext) -> None:
    """All of it by https and wss, with the certificate that was given; an event goes through."""
    web = f"https://127.0.0.1:{encrypted.routes.web_port}"
    async with httpx.AsyncClient(verify=trusting, trust_env=False) as client:
        assert (await client.get(f"{web}/panel/")).status_code == 200
        assert (await client.get(f"{web}/reporte")).status_code == 200
        assert (await client.post(f"{web}/eventos", json={"cliente": "tls"})).status_code == 202
    socket_url = f"{web.replace('https', 'wss')}/panel/ws"
    async with connect(socket_url, ssl=trusting, origin=web, proxy=None) as viewer:  # type: ignore[arg-type]
        assert await viewer.recv()


async def test_a_real_browser(encrypted: Chain, chromium: Browser) -> None:
    """The page opens its WebSocket by wss, since it came by https."""
    context = await chromium.new_context(ignore_https_errors=True)
    page = await context.new_page()
    async with page.expect_websocket() as opened:
        await page.goto(f"https://localhost:{encrypted.routes.web_port}/panel/")
    viewer = await opened.value

    assert viewer.url.startswith("wss://localhost:")
    await viewer.wait_for_event("framereceived")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_nothing_without_encryption(encrypted: Chain) -> None:
    """Plain http shows nothing, and old protocols are refused."""
    port = encrypted.routes.web_port
    paths = ("/panel/", "/reporte", "/eventos")
    plain = [httpx.get(f"http://127.0.0.1:{port}{p}", trust_env=False).status_code for p in paths]
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.maximum_version = ssl.TLSVersion.TLSv1_1  # deprecated is what is tried
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as connection,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        old.wrap_socket(connection, server_hostname="localhost")

    assert {*plain} <= {400, 404}
