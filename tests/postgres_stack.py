"""A private PostgreSQL for tests: of the system's packages, in a folder of its own, on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from parts.postgres_programs import OWNER, as_owner, postgres_program
from tests.port_ranges import free_ports
from tests.stack import READY_SECONDS, Part

# What a crash of the machine would lose is of no interest here.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}
ACCESS = """
host all con_clave 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
host replication all 127.0.0.1/32 trust
"""


class Postgres:
    """A running server. Tests isolate themselves by `fresh()`."""

    def __init__(
        self,
        settings: Mapping[str, str],
        primary: Postgres | None = None,
        folder: Path | None = None,
    ) -> None:
        """A new one in an empty *folder*, or a standby of *primary*, which must be running."""
        self.folder = folder or Path(tempfile.mkdtemp(prefix="pulso-postgres-"))
        (self.port,) = free_ports(1)
        self._names = count(1)
        data = self.folder / "data"
        if os.geteuid() == 0:
            shutil.chown(self.folder, OWNER, OWNER)
        if primary is None:
            _run("initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync")
            (data / "pg_hba.conf").write_text(ACCESS)
        else:
            origin = f"host=127.0.0.1 port={primary.port} user=postgres application_name={STANDBY}"
            _run("pg_basebackup", "-D", data, "-d", origin, "-R", "-c", "fast", "--no-sync")
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "60",
            **settings,
        }
        words = [f"-c{name}={value}" for name, value in options.items()]
        command = [*_program("postgres"), "-D", str(data), *words]
        self.part = Part("postgres", command, {}, self.folder, lambda _: self._answers())

    @contextmanager
    def at_work(self) -> Iterator[Postgres]:
        try:
            self.part.start()
            yield self
        finally:
            self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self) -> str:
        """The address of a store that nobody has yet: a schema of its own."""
        name = f"almacen_{next(self._names)}"
        with self.admin() as db:
            db.execute(f"CREATE SCHEMA {name}")
        return self.url(schema=name)

    def url(self, user: str = "postgres", schema: str = "public") -> str:
        place = f"{user}@127.0.0.1:{self.port}/postgres"
        return f"postgresql://{place}?options=-csearch_path%3D{schema}"

    def admin(self, schema: str = "public") -> psycopg.Connection[Any]:
        return psycopg.connect(self.url(schema=schema), autocommit=True)

    def kill(self) -> None:
        """End all of its processes at once; what they wrote is in the machine's memory still."""
        processes = self.processes()
        self.part.kill()
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(_lives(pid) for pid in processes):
            time.sleep(0.01)

    def pause(self) -> None:
        """Freeze all of its processes; connections stay open, and the kernel answers for them."""
        for pid in self.processes():
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGCONT)

    def processes(self) -> list[int]:
        """The server and its children, each of which is the first of a session of its own."""
        first = self.part.pid
        return [first, *(pid for pid, parent in parents().items() if parent == first)]

    def set(self, name: str, value: str) -> None:
        """Change a setting of the running server, and wait until new sessions have it."""
        with self.admin() as db:
            db.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            db.execute("SELECT pg_reload_conf()")
        end = time.monotonic() + READY_SECONDS
        while self._shown(name) != value:
            assert time.monotonic() < end, f"{name} is not {value!r} after {READY_SECONDS} s"
            time.sleep(0.02)

    def take_certificate(self, files: tuple[Path, Path]) -> None:
        """Let it speak TLS, with that certificate and key."""
        for file, name in zip(files, ("server.crt", "server.key"), strict=True):
            own = self.folder / "data" / name
            own.touch(mode=0o600)
            own.write_bytes(file.read_bytes())
            if os.geteuid() == 0:
                shutil.chown(own, OWNER, OWNER)
        self.set("ssl", "on")

    def _shown(self, name: str) -> str:
        with self.admin() as db:
            row = db.execute(f"SHOW {name}").fetchone()
        assert row
        return str(row[0])

    def _answers(self) -> bool:
        try:
            self.admin().close()
        except psycopg.OperationalError:
            return False
        return True


STANDBY = "suplente"
"""How a standby calls itself, for `synchronous_standby_names`."""


def parents() -> dict[int, int]:
    """The parent of each process of this machine."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            pid, rest = stat.read_text().split(" ", 1)
            found[int(pid)] = int(rest.rpartition(")")[2].split()[1])
    return found


def _lives(pid: int) -> bool:
    """Whether it is more than an entry that nobody has asked about yet."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _run(program: str, *words: object) -> None:
    command = [*_program(program), *map(str, words)]
    subprocess.run(command, check=True, capture_output=True, cwd="/")


def _program(name: str) -> list[str]:
    path = postgres_program(name)
    assert path, f"no {name}; `make test` installs it"
    return [*as_owner(), path]
