"""A private PostgreSQL: its folder, its first start, its command. On loopback, with a password."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from pathlib import Path

from parts.postgres_programs import OWNER, as_owner, postgres_program

USER = "pulso"
# A name for its folder that is the same wherever that lies: the program can't be root, and what is
# root's may be closed to it on the way there.
HERE = "/proc/self/cwd"
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
    command = [
        *(*as_owner(), _program("initdb"), "-D", HERE, "-U", USER, "-A", "scram-sha-256"),
        *("--pwfile", f"{HERE}/../{PASSWORD}", "-E", "UTF8", "--no-locale"),
    ]
    made = subprocess.run(command, cwd=new, capture_output=True, text=True, check=False)
    if made.returncode:
        raise OSError(f"PostgreSQL's initdb failed: {made.stderr.strip()}")
    new.rename(home / "data")


def postgres_command(folder: Path, port: str) -> list[str]:
    """Starts it in the folder of its data."""
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
    words = [f"-c{name}={value}" for name, value in settings.items()]
    start = [*as_owner(), _program("postgres"), "-D", HERE, *words]
    in_data = 'cd "$1" && shift && exec "$@"'
    return ["/bin/sh", "-c", in_data, "sh", str(folder / "postgres" / "data"), *start]


def _program(name: str) -> str:
    path = postgres_program(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not installed; it comes with PostgreSQL")
    return path
