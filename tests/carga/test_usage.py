"""What a person is told who uses the load commands wrongly, or without a system."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

from carga.command_line import main
from tests.broker_stack import Broker, VirtualHost
from tests.contracts.wire_schemas import sent
from tests.port_ranges import free_ports
from tests.stack import ROOT

SECRET = "geheim-4711"


class Told(Protocol):
    def __call__(self, *words: str, **settings: object) -> tuple[int, str]: ...


@pytest.fixture
def told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Told:
    """Runs a command with variables; returns its exit code and its words."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, **settings: object) -> tuple[int, str]:
        for name, value in {"RABBITMQ_PASSWORD": SECRET, **settings}.items():
            monkeypatch.setenv(name, str(value))
        code = main(words)
        out, err = capsys.readouterr()
        assert SECRET not in out + err
        return code, out + err

    return run


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--tasa 0", "--tasa: '0' is not a number above 0"),
        ("--tasa nan", "--tasa: 'nan' is not a number"),
        ("--duracion 10x", "--duracion: '10x' is no duration from 1s to 24h: write it like 60s"),
        ("--duracion 0s", "no duration"),
        ("--clientes 0", "--clientes: '0' is not a whole number from 1 to 10000"),
        ("--visores -1", "--visores: '-1' is not a whole number"),
        ("--perfil noche", "--perfil: invalid choice: 'noche' (choose from "),
        ("--lote 2", "--lote: invalid choice: '2'"),
        ("--eventos a,,b", "'a,,b': types of events are 1 to 64 characters each"),
        ("--umbral latencia<1", "'latencia' is not measured: one of"),
        ("--url ftp://x", "'ftp://x' is no address like http://127.0.0.1:8080"),
        ("--url http://user:geheim-4711@x", "the address holds a user or a password"),
        ("--conexiones 65", "--conexiones: '65' is not a whole number from 1 to 64"),
        ("--nada", "unrecognized arguments: --nada"),
    ],
)
def test_bad_options(told: Told, words: str, complaint: str) -> None:
    """One sentence names the option and what would be right; the code is 2."""
    code, text = told("simular", *words.split())

    assert code == 2
    assert complaint in text
    assert text.count("\n") == 1
    assert "--help" in text


def test_dry_run(told: Told) -> None:
    """What would be done is said, without a system to do it to."""
    code, text = told("simular", "--dry-run", "--perfil", "rampa", "--tasa", "1e5")

    assert code == 0
    assert text == (
        "3,000,000 events in 60 s (rampa, at most 100,000 a second) as 200 clients over "
        "1 connections, watched by 100 viewers.\n"
    )


def test_reports_without_a_place(told: Told, tmp_path: Path) -> None:
    """A folder that can't be written is told of before the run, not after it."""
    (tmp_path / "taken").write_text("")
    code, text = told("simular", "--salida", "taken")

    assert code == 2
    assert text.startswith("app.py: taken can't be written (")
    assert "--salida" in text


@pytest.mark.parametrize("command", ["simular", "verificar", "doctor"])
def test_help(told: Told, command: str) -> None:
    """Each command explains itself."""
    code, text = told(command, "--help")

    assert code == 0
    assert "--url" in text


def test_bad_setting(told: Told) -> None:
    """A wrong variable is named, with what to do."""
    code, text = told("simular", RABBITMQ_PORT="none")

    assert code == 2
    assert "RABBITMQ_PORT='none'" in text
    assert "Set RABBITMQ_PORT in .env" in text


def test_no_broker(told: Told) -> None:
    """Without a broker: where it was looked for and what starts it; the code is 3."""
    (port,) = free_ports(1)
    code, text = told("simular", RABBITMQ_PORT=port)

    assert code == 3
    assert f"RabbitMQ at 127.0.0.1:{port}: the broker is away" in text
    assert "make run" in text


def test_refused_login(told: Told, broker: Broker) -> None:
    """A wrong password is said to be one, and never shown."""
    code, text = told("simular", RABBITMQ_PORT=broker.port, RABBITMQ_USER=broker.user)

    assert code == 3
    assert "refuses the login" in text


def test_no_panel(told: Told, vhost: VirtualHost) -> None:
    """A broker without the rest: what does not answer and what starts it."""
    (port,) = free_ports(1)
    settings = {**vhost.settings, "WEB_PORT": port}
    code, text = told("simular", **settings)

    assert code == 3
    assert f"http://127.0.0.1:{port}/reporte does not answer" in text
    assert "make run" in text


def test_nothing_to_verify(told: Told, tmp_path: Path) -> None:
    """`verificar` says when there is no report, or when it is none."""
    assert told("verificar") == (
        2,
        "app.py: there is no report below reporte-carga: run `simular` first, or name one\n",
    )
    (tmp_path / "resumen.json").write_text("{}")

    code, text = told("verificar", "resumen.json")

    assert code == 2
    assert "resumen.json is no report of a run" in text


def test_doctor_without_a_system(told: Told) -> None:
    """Every part that is away is named with the command that mends it; the code is 3."""
    ports = dict(
        zip(("RABBITMQ_PORT", "RABBITMQ_MANAGEMENT_PORT", "WEB_PORT"), free_ports(3), strict=True)
    )
    code, text = told("doctor", **ports)

    assert code == 3
    assert len(re.findall(r"^✗ .*\n    .*make run", text, re.MULTILINE)) == 4
    assert re.search("^✓ open files", text, re.MULTILINE)

    code, text = told("doctor", "--json", **ports)

    assert code == 3
    sent("doctor_findings", text)
    assert {each["remedio"] != "" for each in json.loads(text) if not each["bien"]} == {True}


def test_a_terminal_without_ticks() -> None:
    """Where the terminal has no ✗, the line still says what is wrong."""
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    nobody = {"RABBITMQ_PORT": "1", "RABBITMQ_MANAGEMENT_PORT": "1", "WEB_PORT": "1"}

    done = subprocess.run(
        [sys.executable, ROOT / "sender" / "app.py", "doctor"],
        env=plain | nobody,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 3, done.stderr
    assert "\\u2717 AMQP 127.0.0.1:1" in done.stdout
