"""Who opens /eventos: with passwords nobody without one, with API keys nobody without one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

import bcrypt
import httpx
import pytest

from intake.access.keys import hash_of
from parts.proxy import Doors, proxy_command, proxy_environment
from tests.broker_stack import VirtualHost
from tests.chain_stack import Chain
from tests.foreign_publisher import wait_for
from tests.stack import Part, answers

NOBODY = httpx.Auth()
PASSWORD = httpx.BasicAuth("maquina", "una-clave")
KEY = {"X-API-Key": "pulso_k"}
BEARER = {"Authorization": "Bearer pulso_k"}


class Send(Protocol):
    def __call__(
        self, headers: dict[str, str] | None = None, auth: httpx.Auth = NOBODY
    ) -> httpx.Response: ...


@contextmanager
def behind(vhost: VirtualHost, folder: Path, users: str) -> Iterator[tuple[Chain, Send]]:
    """A chain whose intake asks for a key, and how to send it an event of the client *tienda*."""
    keys = folder / "claves"
    keys.write_text(f"yo {hash_of('pulso_k').hex()} tienda\n")
    chain = Chain(vhost, folder)
    chain.parts["entrada"].environment["ENTRADA_CLAVES"] = str(keys)
    environment = proxy_environment(chain.routes, os.environ, Doors(users=users))
    page, status = f"{chain.web_url}livez", 401 if users else 200
    chain.parts["reverse-proxy"] = Part(
        "proxy",
        proxy_command(),
        environment,
        folder,
        lambda _: answers(page, status),
    )

    def send(headers: dict[str, str] | None = None, auth: httpx.Auth = NOBODY) -> httpx.Response:
        event = {"cliente": "tienda"}
        with httpx.Client(trust_env=False) as client:
            return client.post(chain.intake_url, json=event, headers=headers, auth=auth)

    with chain.at_work():
        yield chain, send


@pytest.fixture
def users(tmp_path: Path) -> str:
    path = tmp_path / "usuarios"
    hashed = bcrypt.hashpw(b"una-clave", bcrypt.gensalt(4)).decode()
    path.write_text(f"maquina:{hashed}\n")
    return str(path)


def test_password_and_key(vhost: VirtualHost, tmp_path: Path, users: str) -> None:
    """Keys are no way around the password, nor the password around the keys."""
    with behind(vhost, tmp_path, users) as (chain, send):
        without_password = [
            send(),
            send(KEY),
            send(BEARER),
            send(KEY, auth=httpx.BasicAuth("maquina", "otra")),
        ]
        assert {answer.status_code for answer in without_password} == {HTTPStatus.UNAUTHORIZED}
        assert {answer.headers["WWW-Authenticate"] for answer in without_password} == {
            'Basic realm="Pulso"'
        }

        for wrong in (None, {"X-API-Key": "pulso_otra"}):
            refused = send(wrong, auth=PASSWORD)
            assert refused.status_code == HTTPStatus.UNAUTHORIZED
            assert refused.headers["WWW-Authenticate"].startswith("Bearer")

        assert send(KEY, auth=PASSWORD).status_code == HTTPStatus.ACCEPTED
        wait_for(f"http://127.0.0.1:{chain.routes.reporte_port}/reporte", lambda r: r["total"] == 1)


def test_key_alone(vhost: VirtualHost, tmp_path: Path) -> None:
    """Where no password is asked for a key may come either way."""
    with behind(vhost, tmp_path, users="") as (_, send):
        assert [send(h).status_code for h in (None, KEY, BEARER)] == [401, 202, 202]
