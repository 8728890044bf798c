"""Certificate, key, users and API keys that are wrong: named before anything starts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import bcrypt
import pytest

from tests.local.conftest import Launch
from tests.local.test_tls import certificate
from tests.stack import ROOT

__all__ = ["certificate"]  # a fixture
HASH = bcrypt.hashpw(b"una-clave", bcrypt.gensalt(4)).decode()
Files = dict[str, str]
Spoil = Callable[[Files, Path], None]


@pytest.fixture
def right(certificate: tuple[Path, Path], tmp_path: Path) -> Files:
    """Settings whose files are in order."""
    users, keys = tmp_path / "usuarios", tmp_path / "claves"
    users.write_text(f"# those who look\npulso:{HASH}\n")
    keys.write_text(f"operador {'0' * 64} *\n")
    crt, key = (str(path) for path in certificate)
    return {
        "USUARIOS": str(users),
        "TLS_CERTIFICADO": crt,
        "TLS_CLAVE": key,
        "ENTRADA_CLAVES": str(keys),
    }


def check(settings: Files) -> subprocess.CompletedProcess[str]:
    script = ROOT / "reverse-proxy" / "door_files.py"
    return subprocess.run(
        [sys.executable, script, ROOT],
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def missing(name: str) -> Spoil:
    def spoil(settings: Files, _: Path) -> None:
        settings[name] += ".not-there"

    return spoil


def holding(name: str, text: str) -> Spoil:
    def spoil(settings: Files, folder: Path) -> None:
        path = folder / "spoilt"
        path.write_text(text)
        settings[name] = str(path)

    return spoil


def another_key(settings: Files, folder: Path) -> None:
    key = folder / "other.key"
    words = ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
    subprocess.run(["openssl", *words], check=True, capture_output=True)
    settings["TLS_CLAVE"] = str(key)


def no_key(settings: Files, _: Path) -> None:
    settings["TLS_CLAVE"] = ""


@pytest.mark.parametrize(
    ("name", "why", "spoil"),
    [
        *((n, "No such file", missing(n)) for n in ("USUARIOS", "TLS_CERTIFICADO", "TLS_CLAVE")),
        ("ENTRADA_CLAVES", "No such file", missing("ENTRADA_CLAVES")),
        ("TLS_CLAVE", "belongs to another certificate", another_key),
        ("TLS_CLAVE", "it is needed beside TLS_CERTIFICADO", no_key),
        ("TLS_CLAVE", "no key without a password", holding("TLS_CLAVE", "no key")),
        ("TLS_CERTIFICADO", "no certificate in it", holding("TLS_CERTIFICADO", "nothing")),
        ("USUARIOS", "no user in it", holding("USUARIOS", "# nobody\n")),
        ("USUARIOS", "line 2 is not name:bcrypt", holding("USUARIOS", f"a:{HASH}\nb:secret\n")),
        ("ENTRADA_CLAVES", "no key in it", holding("ENTRADA_CLAVES", "\n")),
    ],
)
def test_what_is_wrong_is_named(
    right: Files, tmp_path: Path, name: str, why: str, spoil: Spoil
) -> None:
    """One sentence with the setting and the reason, and exit code 2; no line of the file in it."""
    assert check(right).returncode == 0
    spoil(right, tmp_path)

    told = check(right)

    assert told.returncode == 2
    (sentence,) = told.stderr.splitlines()
    assert sentence.startswith(f"{name}=")
    assert why in sentence
    assert sentence.endswith(f"Set {name} in .env.")
    assert "secret" not in sentence


def test_a_run_ends_before_it_begins(launch: Launch, right: Files, tmp_path: Path) -> None:
    """`make run` says it at once, and starts nothing."""
    another_key(right, tmp_path)

    launcher = launch(tmp_path / "state", **right)

    assert launcher.wait(20) == 2
    assert launcher.log.startswith("make run: TLS_CLAVE=")
    assert not (tmp_path / "state").exists()


def test_a_part_that_refuses_a_setting_ends_the_run(
    launch: Launch, right: Files, tmp_path: Path
) -> None:
    """Its reason is told once it is known, not after a minute and a half."""
    holding("ENTRADA_CLAVES", "operador no-digest *\n")(right, tmp_path)

    launcher = launch(tmp_path / "state", **right)

    assert launcher.wait(60) == 2
    assert "entrada refuses a setting" in launcher.log
    assert "line 1: the second word must be a SHA-256" in launcher.log
