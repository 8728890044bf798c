"""The compose file with the passwords and API keys that `make secretos` writes."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.compose_project import ROOT, Project, free_ports, why_not


@pytest.fixture
def secrets(tmp_path: Path) -> tuple[Path, httpx.Auth, dict[str, str]]:
    """A folder of secrets; the password and the key that were told when it was made."""
    folder = tmp_path / "secretos"
    command = [sys.executable, str(ROOT / "local" / "make_secrets.py"), "--folder", str(folder)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    password, key = (re.search(f"{word} (\\S+)", told) for word in ("pulso, password", "key"))
    assert password
    assert key
    return folder, httpx.BasicAuth("pulso", password[1]), {"X-API-Key": key[1].rstrip(",")}


@pytest.fixture
def closed(secrets: tuple[Path, httpx.Auth, dict[str, str]]) -> Iterator[Project]:
    """A project of its own with the two lines of `.env` that close it; no demo clients."""
    if reason := why_not():
        pytest.skip(reason)
    folder, *_ = secrets
    files = {"USUARIOS": str(folder / "usuarios"), "ENTRADA_CLAVES": str(folder / "claves")}
    ports = free_ports()
    project = Project(f"pulso-test-{ports['WEB_PORT']}", ports, files)
    try:
        project.up("reverse-proxy", "entrada")
        yield project
    finally:
        project.compose("down", "--volumes", "--rmi", "local", "--timeout", "5", timeout=120)


async def test_every_door_asks(
    closed: Project, secrets: tuple[Path, httpx.Auth, dict[str, str]]
) -> None:
    """Page, WebSocket, report, intake and dashboard: closed without the password, open with it."""
    _, auth, key = secrets
    web = f"http://127.0.0.1:{closed.ports['WEB_PORT']}"
    dashboard = f"http://127.0.0.1:{closed.ports['TRAEFIK_PORT']}/dashboard/"
    event, nobody = {"cliente": "con_clave"}, httpx.Auth()
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        for url in (f"{web}/panel/", f"{web}/reporte", dashboard):
            assert (await client.get(url)).status_code == 401
            assert (await client.get(url, auth=auth)).status_code == 200
        sent = [
            await client.post(f"{web}/eventos", json=event, headers=headers, auth=login)
            for headers, login in (({}, nobody), (key, nobody), ({}, auth), (key, auth))
        ]
    assert [answer.status_code for answer in sent] == [401, 401, 401, 202]

    with pytest.raises(InvalidStatus, match="401"):
        await connect(f"{web.replace('http', 'ws')}/panel/ws", proxy=None)
    header = next(auth.auth_flow(httpx.Request("GET", web))).headers["Authorization"]
    url = f"{web.replace('http', 'ws')}/panel/ws"
    async with connect(url, additional_headers={"Authorization": header}, proxy=None) as viewer:
        assert await viewer.recv()
