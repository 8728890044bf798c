"""Load runs against a proxy that asks for a password and speaks https."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest

from parts.proxy import Doors, proxy_command, proxy_environment
from tests.broker_stack import VirtualHost
from tests.carga.conftest import Against
from tests.chain_stack import Chain
from tests.stack import Part, listens

USER, PASSWORD = "ana", "una-clave-4711"


@pytest.fixture
def closed(
    vhost: VirtualHost, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Chain, Path]]:
    """A chain behind https and a password, and its certificate."""
    folder = tmp_path_factory.mktemp("closed")
    crt, key, users = (folder / name for name in ("tls.crt", "tls.key", "users"))
    users.write_text(f"{USER}:{bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()}\n")
    words = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    words += ["-out", str(crt), "-keyout", str(key)]
    subprocess.run(["openssl", "req", "-x509", *words], check=True, capture_output=True)
    chain = Chain(vhost, folder)
    doors = Doors(users=str(users), certificate=str(crt), key=str(key))
    environment = proxy_environment(chain.routes, os.environ, doors)
    port = chain.routes.web_port
    chain.parts["reverse-proxy"] = Part(
        "proxy", proxy_command(), environment, folder, lambda _: listens(port)
    )
    try:
        chain.start()
        yield chain, crt
    finally:
        chain.discard()


def test_password_and_certificate(
    closed: tuple[Chain, Path], simular: Against, against: Against
) -> None:
    """With both a run is exact, by https and wss; without, it is said what is missing."""
    chain, crt = closed
    url = ("--url", f"https://127.0.0.1:{chain.routes.web_port}")
    trusted = {"SSL_CERT_FILE": str(crt)}
    known = {**trusted, "WEB_USUARIO": USER, "WEB_CLAVE": PASSWORD}

    run = simular(chain, *url, settings=known)
    assert run.wait() == 0, run.err
    everything = "".join(path.read_text(errors="replace") for path in run.report.iterdir())
    assert PASSWORD not in everything + run.out + run.err
    examined = against(chain, "doctor", *url, settings=known)
    assert examined.wait() == 0, examined.out

    stranger = simular(chain, *url, settings=trusted)
    assert stranger.wait() == 3
    assert "asks for a password: set WEB_USUARIO and WEB_CLAVE" in stranger.err
    distrusting = simular(chain, *url, settings={**known, "SSL_CERT_FILE": ""})
    assert distrusting.wait() == 3
    assert "CERTIFICATE_VERIFY_FAILED" in distrusting.err
