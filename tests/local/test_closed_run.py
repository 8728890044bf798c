"""`make run` and `make load` with a password and a certificate."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import bcrypt
import pytest

from tests.local.conftest import Launch
from tests.local.test_tls import certificate
from tests.stack import ROOT, Part

__all__ = ["certificate"]  # a fixture
USER, PASSWORD = "pulso", "una-clave"
WORDS = ("--tasa", "50", "--duracion", "1s", "--clientes", "3", "--visores", "2")


@pytest.fixture
def doors(certificate: tuple[Path, Path], tmp_path: Path) -> dict[str, str]:
    """What closes them, as in `.env`."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    users = tmp_path / "usuarios"
    users.write_text(f"{USER}:{hashed}\n")
    crt, key = (str(path) for path in certificate)
    return {"USUARIOS": str(users), "TLS_CERTIFICADO": crt, "TLS_CLAVE": key}


def test_closed_doors_are_ready_and_loaded(
    launch: Launch, ports: dict[str, int], doors: dict[str, str], tmp_path: Path
) -> None:
    """It comes up, tells addresses by https, and `make load` loads it instead of another."""
    launcher: Part = launch(tmp_path / "state", **doors)
    launcher.wait_ready(60)
    told = launcher.log
    loaded = load(tmp_path, {**{name: str(port) for name, port in ports.items()}, **doors})

    for path in ("/panel/", "/reporte", "/eventos"):
        assert f" https://127.0.0.1:{ports['WEB_PORT']}{path}" in told
    assert loaded.returncode == 0, loaded.stderr
    assert "Exact: 50 events confirmed" in loaded.stdout
    assert not (tmp_path / "own").exists()


def load(folder: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `make load` as someone who knows the password and the certificate."""
    known = {
        "WEB_USUARIO": USER,
        "WEB_CLAVE": PASSWORD,
        "SSL_CERT_FILE": settings["TLS_CERTIFICADO"],
    }
    script = str(ROOT / "local" / "private_load.py")
    return subprocess.run(
        [sys.executable, script, "--folder", str(folder / "own"), *WORDS],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **settings, **known},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
