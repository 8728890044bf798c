"""PostgreSQL under Patroni: who may write is decided by all machines, and nobody else may."""

from __future__ import annotations

import importlib.util
import json
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cluster.etcd import etcd_urls
from cluster.machines import Machine
from parts.postgres_programs import OWNER, as_owner, postgres_program
from parts.private_postgres import USER

START = Path(__file__).with_name("start_patroni.sh")
# Debian's Patroni brings what it needs for the system's Python; the program itself is the lock's
PYTHON = "/usr/bin/python3"
REPLICA = "replica"
# Whoever is promoted has all that was counted: a COMMIT waits for one of the two others, and
# waits on when there is none.
AGREED = {
    "ttl": 20,
    "loop_wait": 5,
    "retry_timeout": 5,
    "synchronous_mode": True,
    "synchronous_mode_strict": True,
    "postgresql": {
        "use_pg_rewind": True,
        "parameters": {"max_connections": 60, "shared_buffers": "64MB", "wal_keep_size": "256MB"},
    },
}


def cluster_url(machines: Sequence[Machine], settings: Mapping[str, str]) -> str:
    """STORE_URL: whichever of them may be written."""
    port = settings["POSTGRES_PORT"]
    hosts = ",".join(f"{machine.address}:{port}" for machine in machines)
    return f"postgresql://{USER}@{hosts}/postgres"


def cluster_password_file(folder: Path) -> Path:
    return folder / "clave"


def prepare_patroni(folder: Path, machines: Sequence[Machine], settings: Mapping[str, str]) -> None:
    """Write what Patroni reads. Its data is left alone."""
    kept = cluster_password_file(folder)
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(f"{secrets.token_hex(16)}\n")
    for machine in machines:
        copied = _program_folder(machine)
        shutil.rmtree(copied, ignore_errors=True)
        shutil.copytree(
            _program(), copied / "patroni", ignore=shutil.ignore_patterns("__pycache__")
        )
        copied.chmod(0o755)  # else the user that it runs as finds Debian's
        home = _home(machine)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        written = home / "patroni.json"
        written.touch(mode=0o600)
        told = patroni_settings(machine, machines, settings, kept.read_text().strip())
        written.write_text(json.dumps(told, indent=1))
        if as_owner():
            for path in (home, written):
                shutil.chown(path, OWNER, OWNER)


def patroni_command(machine: Machine) -> list[str]:
    program = [*as_owner(), PYTHON, "-m", "patroni"]
    return ["/bin/sh", str(START), str(_home(machine)), str(_program_folder(machine)), *program]


def end_leftover(machine: Machine) -> None:
    """Its PostgreSQL, if it outlived its Patroni."""
    subprocess.run(["/bin/sh", str(START), str(_home(machine))], check=True)


def patroni_settings(
    machine: Machine, machines: Sequence[Machine], settings: Mapping[str, str], password: str
) -> dict[str, Any]:
    listens = f"{machine.address}:{settings['POSTGRES_PORT']}"
    tells = f"{machine.address}:{settings['PATRONI_PORT']}"
    return {
        "scope": "pulso",
        "name": machine.part("postgres"),
        "restapi": {
            "listen": tells,
            "connect_address": tells,
            "authentication": {"username": USER, "password": password},
        },
        "etcd3": {"hosts": etcd_urls(machines, settings)},
        "bootstrap": {
            "dcs": AGREED,
            "initdb": [{"encoding": "UTF8"}, "no-locale", "data-checksums"],
        },
        "postgresql": {
            "listen": listens,
            "connect_address": listens,
            "bin_dir": str(Path(postgres_program("postgres") or "postgres").parent),
            "authentication": {
                "superuser": {"username": USER, "password": password},
                "replication": {"username": REPLICA, "password": password},
            },
            "parameters": {"unix_socket_directories": ""},
            # A rewind that its source's end cut short can't be had again: what lies there fits
            # nobody. Without this it would wait for a person; with it, it copies the leader.
            "remove_data_directory_on_rewind_failure": True,
            "pg_hba": [
                f"host {database} {user} samenet scram-sha-256"
                for database, user in (("all", USER), ("replication", REPLICA))
            ],
        },
        "watchdog": {"mode": "off"},  # it would start this computer anew
    }


def _program() -> Path:
    found = importlib.util.find_spec("patroni")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("patroni")  # requirements.lock has it
    return Path(found.origin).parent


def _program_folder(machine: Machine) -> Path:
    """Of its own, since the packages of `.venv` may be for another Python than the system's."""
    return machine.folder / "patroni"


def _home(machine: Machine) -> Path:
    return machine.folder / "postgres"
