"""`make secretos`: random passwords and keys, each readable by its reader."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import bcrypt

from env_file import read_env_file
from intake.access.keys import find_caller, read_keys
from parts.service_accounts import (
    SERVICES,
    demo,
    operator_password,
    service_account,
    service_passwords,
    where_to_log_in_with,
)

SCRIPT = Path(__file__).resolve().parents[2] / "local" / "make_secrets.py"


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--folder", str(folder), *words],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_every_account_gets_a_password_of_its_own(tmp_path: Path) -> None:
    """The services read theirs, the broker the same ones, and no demo password is left."""
    assert demo(tmp_path)
    assert make(tmp_path).returncode == 0

    passwords = service_passwords(tmp_path)
    assert not demo(tmp_path)
    assert len({*passwords.values(), operator_password("given", tmp_path)}) == 4
    assert all(service_account(name, tmp_path)["RABBITMQ_USER"] == name for name in SERVICES)
    for name, password in passwords.items():
        assert f"{name.upper()}_PASSWORD={password}\n" in (tmp_path / "cuentas.env").read_text()


def test_what_is_told_opens_the_doors(tmp_path: Path) -> None:
    """The user's password and the API key are printed once; the files hold only hashes of them."""
    told = make(tmp_path).stdout
    password = re.search(r"basic auth: user pulso, password (\S+)", told)
    key = re.search(r"key (pulso_\S+),", told)
    assert password
    assert key

    user, hashed = (tmp_path / "usuarios").read_text().strip().split(":")
    assert user == "pulso"
    assert bcrypt.checkpw(password[1].encode(), hashed.encode())
    assert hashed.startswith("$2b$05$"), "the proxy pays for it at each request"
    assert len(password[1]) >= 22, "128 bits or more, or it would be too cheap"
    caller = find_caller(read_keys(tmp_path / "claves"), key[1])
    assert caller
    assert caller.may_send_as("cualquiera")


def test_passwords_are_for_their_owner(tmp_path: Path) -> None:
    make(tmp_path)

    open_files = {p.name for p in tmp_path.iterdir() if p.stat().st_mode & stat.S_IROTH}
    assert open_files == {"usuarios", "claves"}


def test_the_folder_is_for_its_owner(tmp_path: Path) -> None:
    """Also when it was there before, as a checkout makes it."""
    tmp_path.chmod(0o755)

    make(tmp_path)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_second_time_changes_nothing_unless_told(tmp_path: Path) -> None:
    make(tmp_path)
    before = {p.name: p.read_text() for p in tmp_path.iterdir()}

    again = make(tmp_path)
    assert again.returncode == 1
    assert "ROTAR=1" in again.stderr
    assert before == {p.name: p.read_text() for p in tmp_path.iterdir()}

    assert make(tmp_path, "--rotate").returncode == 0
    assert not any(before[p.name] == p.read_text() for p in tmp_path.iterdir())


def test_the_operators_earlier_passwords_are_kept(tmp_path: Path) -> None:
    """The broker may know none but the first, however often they were replaced since."""
    passwords = []
    for _ in range(3):
        assert make(tmp_path, "--rotate").returncode == 0
        passwords.append(operator_password("given", tmp_path))

    lines = read_env_file(tmp_path / "operador.env")
    assert lines["OPERADOR_ANTERIORES"].split(",") == [passwords[1], passwords[0]]


def test_a_person_is_told_where_the_password_is(tmp_path: Path) -> None:
    """In .env as long as it is the demo's, and where the secrets were written after that."""
    secrets = tmp_path / "secretos"
    assert where_to_log_in_with(secrets) == "user and password as in .env"

    assert make(secrets).returncode == 0

    assert where_to_log_in_with(secrets) == "user as in .env, password in secretos/operador.env"
    assert (secrets / "operador.env").is_file()
