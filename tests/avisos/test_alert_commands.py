"""What a person types, and what the service says of a wrong setting, as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.avisos.receivers import MailReceiver, WebReceiver
from tests.contracts.answers import described
from tests.port_ranges import free_ports
from tests.stack import HTTP, ROOT, python_part

RULES = "canales:\n  - nombre: guard\nreglas:\n  - {tipo: datos, canales: [guard]}\n"


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "servicio-avisos/avisos.py"), *words],
        env={
            "PATH": os.environ["PATH"],
            "AVISOS_STORE_PATH": str(folder / "avisos.db"),
            **settings,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def files(folder: Path, channels: str, rules: str = RULES) -> dict[str, str]:
    (folder / "avisos.yml").write_text(rules)
    (folder / "canales.yml").write_text(channels)
    return {
        "AVISOS_REGLAS": str(folder / "avisos.yml"),
        "AVISOS_CANALES": str(folder / "canales.yml"),
    }


@pytest.mark.parametrize(
    ("rules", "channels", "says"),
    [
        ("reglas:\n  - tipo: silence", "", "avisos.yml, line 2: tipo must be one of"),
        (RULES, "mail: ntfy://s3cret", "canales.yml, line 1: the channel 'guard' of avisos.yml"),
        (RULES, "guard: nonsense://s3cret", "address 1 of the channel 'guard'"),
    ],
)
def test_a_wrong_file_ends_the_start(tmp_path: Path, rules: str, channels: str, says: str) -> None:
    """With 2, one sentence, and nothing of an address."""
    done = run(tmp_path, **files(tmp_path, channels, rules))

    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "s3cret" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AVISOS_PORT", "0"),
        ("REPORTE_URL", "nonsense"),
        ("AVISOS_REGLAS", "/nowhere/avisos.yml"),
        ("AVISOS_STORE_PATH", "/nowhere/avisos.db"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, variable: str, value: str) -> None:
    """The service ends with 2, and a sentence with the variable."""
    done = run(tmp_path, **{variable: value})

    assert done.returncode == 2
    assert variable in done.stderr
    assert "Traceback" not in done.stderr


def test_channels_need_their_addresses(tmp_path: Path) -> None:
    """Rules that tell somebody, without the file of addresses, tell nobody: that is said."""
    given = files(tmp_path, "")
    del given["AVISOS_CANALES"]

    assert "AVISOS_CANALES" in run(tmp_path, **given).stderr


def test_comprobar_says_what_is_watched(tmp_path: Path) -> None:
    """Each rule, and who is told; without a file the usual ones."""
    done = run(tmp_path, "comprobar", **files(tmp_path, "guard: json://127.0.0.1:1"))
    usual = run(tmp_path, "comprobar")

    assert (done.returncode, done.stdout) == (0, "datos: datos, guard\n")
    assert usual.stdout == "silencio: silencio, the page only\ndatos: datos, the page only\n"


def test_probar_tries_every_channel(tmp_path: Path, web: WebReceiver, mail: MailReceiver) -> None:
    """It says what came of each, and ends with 1 when one did not take it."""
    channels = f"guard:\n  - {web.address}\n  - {mail.address}\n  - json://127.0.0.1:1/s3cret\n"
    done = run(tmp_path, "probar", **files(tmp_path, channels))

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "guard: told",
        "guard (2): told",
        "guard (3): failed, no connection to it",
    ]
    assert "s3cret" not in done.stdout + done.stderr
    assert [each["title"] for each in web.heard] == ["Pulso: una prueba"]
    assert [each["Subject"] for each in mail.mails] == ["Pulso: una prueba"]


def test_silenciar_is_seen_by_the_service(tmp_path: Path) -> None:
    """It is on the page within a round, and is refused where it would mute nobody."""
    early = run(tmp_path, "silenciar", "2h")
    assert (early.returncode, "has never run" in early.stderr) == (2, True)
    (port,) = free_ports(1)
    settings = {"AVISOS_STORE_PATH": tmp_path / "avisos.db", "AVISOS_PORT": port}
    service = python_part("avisos", "servicio-avisos/avisos.py", settings, tmp_path)
    try:
        service.start()
        assert run(tmp_path, "silenciar", "2h", "--cliente", "tienda_*").returncode == 0
        wrong = run(tmp_path, "silenciar", "2h", "--regla", "typo")
        assert (wrong.returncode, "there are silencio, datos" in wrong.stderr) == (2, True)
        assert run(tmp_path, "silenciar", "soon").returncode == 2
        at = f"http://127.0.0.1:{port}/avisos"
        while not (muted := described(HTTP.get(at)).json()["silenciado"]):
            assert service.running
        assert [(each["regla"], each["cliente"]) for each in muted] == [("", "tienda_*")]
        assert service.stop() == 0
    finally:
        service.kill()
