"""The files that are laid over docker-compose.yml on a server, as Docker reads them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ("docker-compose.yml", "reverse-proxy/server.compose.yml")
ACME = (*FILES, "reverse-proxy/acme.compose.yml")
SECRETS = [f"secretos/{name}.env" for name in ("entrada", "analiticas", "cuentas", "operador")]
NEEDED = {
    "USUARIOS": "secretos/usuarios",
    "ENTRADA_CLAVES": "secretos/claves",
    "PANEL_ORIGENES": "https://pulso.example.org",
    "TLS_CERTIFICADO": "tls.crt",
    "TLS_CLAVE": "tls.key",
}


Config = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """What `docker compose config` says in a copy of the project that has secrets of its own."""
    version = ["docker", "compose", "version"]
    if not shutil.which("docker") or subprocess.run(version, check=False).returncode:
        pytest.skip("docker has no compose plugin")
    for name in ("docker-compose.yml", ".env"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("reverse-proxy", "rabbitmq", "observability"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "secretos").mkdir()
    for name in SECRETS:
        (tmp_path / name).touch()

    def run(files: tuple[str, ...], **given: str) -> subprocess.CompletedProcess[str]:
        words = [word for file in files for word in ("-f", file)]
        return subprocess.run(
            ["docker", "compose", *words, "config", "--format", "json"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def parts(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["services"]
    return found


@pytest.mark.parametrize("missing", sorted(NEEDED.keys() - {"TLS_CLAVE"}))
def test_nothing_starts_without_what_a_server_needs(config: Config, missing: str) -> None:
    """The variable is named, and what it is for."""
    done = config(FILES, **NEEDED | {missing: ""})

    assert done.returncode != 0
    assert missing in done.stderr


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_starts_with_the_demos_accounts(config: Config, tmp_path: Path, name: str) -> None:
    """The files that `make secretos` writes are needed here, and only here."""
    (tmp_path / name).unlink()

    done = config(FILES, **NEEDED)

    assert done.returncode != 0
    assert name in done.stderr
    assert config(FILES[:1]).returncode == 0


def test_only_the_proxy_is_published(config: Config) -> None:
    """One port for everybody; whatever else is published stays on loopback. No demo clients."""
    server = parts(config(FILES, **NEEDED, WEB_PORT="443"))
    published = [
        (name, port["published"])
        for name, part in server.items()
        for port in part.get("ports", [])
        if port.get("host_ip") != "127.0.0.1"
    ]

    assert published == [("reverse-proxy", "443")]
    assert not [name for name in server if name.startswith("cliente")]
    assert server["entrada"]["environment"]["ENTRADA_SIN_CLAVES"] == ""


def test_a_certificate_that_renews_itself(config: Config) -> None:
    """Instead of one's own; what it writes is in a volume that Traefik's user may write."""
    given = NEEDED | {"TLS_CERTIFICADO": "", "TLS_CLAVE": ""}
    given |= {"ACME_EMAIL": "o@example.org", "ACME_DOMINIO": "pulso.example.org"}
    server = parts(config(ACME, **given))

    proxy = server["reverse-proxy"]
    assert proxy["environment"]["TRAEFIK_ENTRYPOINTS_WEB_HTTP_TLS_CERTRESOLVER"] == "acme"
    assert {v["target"]: v.get("source") for v in proxy["volumes"]}["/acme"] == "acme"
    assert server["acme-folder"]["command"][-1] == f"chmod 700 /acme && chown {proxy['user']} /acme"
