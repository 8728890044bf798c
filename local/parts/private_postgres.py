"""A private PostgreSQL: its folder, its first start, its command. On loopback, with a password."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from parts.postgres_programs import OWNER, as_owner, postgres_program

USER = "pulso"
# The folder of its data is opened by us: the program can't be root, and what is root's may be
# closed to it on the way there.
OPENED = "/proc/self/fd/9"
IN_DATA = 'exec 9<"$1" && cd / && shift && exec "$@"'
PASSWORD = "clave"  # noqa: S105 - the name of a file


def store_url(port: str) -> str:
    return f"postgresql://{USER}@127.0.0.1:{port}/postgres"


def password_file(folder: Path) -> Path:
    return folder / "postgres" / PASSWORD


def prepare_postgres(folder: Path) -> None:
    """Make its data at the first start, later it is left alone. Raises OSError with a sentence."""
    home = folder / "postgres"
    if (home / "data").exists():
        return
    new = home / "data.new"
    shutil.rmtree(home, ignore_errors=True)  # from a start that was broken off
    new.mkdir(parents=True, mode=0o700)
    password_file(folder).touch(mode=0o600)
    password_file(folder).write_text(f"{secrets.token_hex(16)}\n")
    if as_owner():
        for path in (home, new, password_file(folder)):
            shutil.chown(path, OWNER, OWNER)
    here = _name_of(new)
    words = ["-D", here, "-U", USER, "-A", "scram-sha-256", "--pwfile", f"{here}/../{PASSWORD}"]
    command = _as_owner(new, "initdb", *words, "-E", "UTF8", "--no-locale")
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise OSError(f"PostgreSQL's initdb failed: {made.stderr.strip()}")
    new.rename(home / "data")


def postgres_command(folder: Path, port: str) -> list[str]:
    """Starts it on its data."""
    data = folder / "postgres" / "data"
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
    words = [f"-c{name}={value}" for name, value in settings.items()]
    return _as_owner(data, "postgres", "-D", _name_of(data), *words)


def _as_owner(data: Path, program: str, *words: str) -> list[str]:
    path = postgres_program(program)
    if path is None:
        raise FileNotFoundError(f"{program} is not installed; it comes with PostgreSQL")
    return ["/bin/sh", "-c", IN_DATA, "sh", str(data), *as_owner(), path, *words]


def _name_of(data: Path) -> str:
    return OPENED if sys.platform == "linux" else str(data)
