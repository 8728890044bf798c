"""`make run-cluster` on free ports, whose parts a test may kill and freeze."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import psycopg

from cluster.cluster_broker import node_name
from cluster.cluster_programs import for_services
from cluster.machines import LOOPBACK, Machine, machines_in
from cluster.whereabouts import Leading, leading
from run_settings import PORTS, read_run_settings
from tests.broker_stack import Broker, VirtualHost
from tests.port_ranges import free_ports
from tests.postgres_stack import parents
from tests.stack import HTTP, ROOT, Part, listens

UP_SECONDS = 600.0
BACK_SECONDS = 240.0  # a node of RabbitMQ on a busy machine
MORE_PORTS = ("POSTGRES_PORT", "PATRONI_PORT", "ETCD_PORT", "ETCD_PEER_PORT")
THRICE = ("rabbitmq-service", "etcd", "postgres", "servicio-analiticas", "panel-visual")


class RunningCluster:
    """Parts have the names of the launcher's: `etcd`, `etcd-2`; a server is that of `postgres`."""

    def __init__(self, folder: Path, places: Sequence[str] = LOOPBACK) -> None:
        """*places*: of the machines, as the launcher takes them."""
        self.folder = folder / "run"
        names = [name for name in (*PORTS, *MORE_PORTS) if name != "RABBITMQ_DIST_PORT"]
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        ports["RABBITMQ_DIST_PORT"] = three_in_a_row()
        given = {name: str(port) for name, port in ports.items()}
        self.settings = read_run_settings(given)
        self.machines = machines_in(self.folder, places)
        self.told = for_services(self.settings, self.folder, self.machines)
        words = ["--without-clients", "--folder", str(self.folder), "--machines", ",".join(places)]
        self.launcher = Part(
            "launcher",
            [sys.executable, str(ROOT / "local/run_cluster.py"), *words],
            {"PATH": os.environ["PATH"], **given},
            folder,
            lambda part: "Ctrl-C stops" in part.log,
        )

    @contextmanager
    def at_work(self) -> Iterator[RunningCluster]:
        """Started; ended as by Ctrl-C."""
        try:
            self.start()
            yield self
        finally:
            self.stop()

    def start(self) -> None:
        self.launcher.start(wait=False)
        self.launcher.wait_ready(UP_SECONDS)

    def stop(self) -> int:
        if self.launcher.running:
            os.kill(self.launcher.pid, signal.SIGINT)
        return self.launcher.wait(120)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.settings['WEB_PORT']}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.settings['WEB_PORT']}/panel/ws"

    @property
    def report_url(self) -> str:
        return f"{self.origin}/reporte"

    @property
    def vhost(self) -> VirtualHost:
        return VirtualHost(AnyNode(self), "/")

    def part(self, name: str, number: int) -> str:
        return self.machines[number - 1].part(name)

    def leading(self) -> Leading:
        return leading(self.settings, self.machines)

    def pid(self, part: str) -> int:
        return int((self.folder / "pids" / part).read_text())

    def server_pid(self, number: int) -> int:
        """The PostgreSQL's itself, which its Patroni keeps."""
        data = self.machines[number - 1].folder / "postgres" / "data"
        return int((data / "postmaster.pid").read_text().split()[0])

    def server_pids(self, number: int) -> list[int]:
        """With its children, which are of one session each."""
        first = self.server_pid(number)
        return [first, *(pid for pid, parent in parents().items() if parent == first)]

    def kill(self, part: str) -> None:
        """Return once it is back, as another process."""
        self.replaced(lambda: self.pid(part))

    def kill_server(self, number: int) -> None:
        self.replaced(lambda: self.server_pid(number))

    def replaced(self, pid: Callable[[], int]) -> None:
        before = pid()
        os.kill(before, signal.SIGKILL)
        until(lambda: reads(pid) not in (None, before), BACK_SECONDS)

    def until_complete(self, seconds: float = BACK_SECONDS) -> None:
        """All three of each are there, and either standby of PostgreSQL may be waited for."""
        until(lambda: self.members() == ["leader", "replica", "sync_standby"], seconds)
        until(lambda: self.following() == 2, seconds)
        until(lambda: None not in self.leading(), seconds)
        until(lambda: self.beat("miembros") == {"total": 3, "en_linea": 3, "bastan": True}, seconds)
        until(lambda: self.beat("instancias") == {"total": 3, "en_linea": 3}, seconds)

    def following(self) -> int:
        """How many standbys have what is written; one that is brought back there does not yet."""
        with suppress(psycopg.Error), self.database() as db:
            found = db.execute("SELECT count(*) FROM pg_stat_replication WHERE state='streaming'")
            return sum(number for (number,) in found)
        return 0

    def members(self) -> list[str]:
        """The roles of those PostgreSQL that run."""
        return sorted(self._roles().values())

    def with_role(self, role: str) -> int | None:
        """The machine whose PostgreSQL has it."""
        roles = self._roles()
        names = {machine.part("postgres"): machine.number for machine in self.machines}
        return next((n for name, n in names.items() if roles.get(name) == role), None)

    def patroni(self, machine: Machine, path: str = "patroni") -> Any:
        """What it tells of itself, or of all at `cluster`."""
        url = f"http://{machine.address}:{self.settings['PATRONI_PORT']}/{path}"
        return HTTP.get(url, timeout=3).json()

    def _roles(self) -> dict[str, str]:
        """As Patroni tells them: any of its processes that answers."""
        for machine in self.machines:
            with suppress(httpx.HTTPError, ValueError, KeyError):
                found = self.patroni(machine, "cluster")["members"]
                running = (each for each in found if each["state"] in ("running", "streaming"))
                return {each["name"]: each["role"] for each in running}
        return {}

    def brokers_at(self, number: int) -> set[int]:
        """The machines whose node of RabbitMQ runs, as that of one of them says."""
        where = f"{self.machines[number - 1].address}:{self.settings['RABBITMQ_MANAGEMENT_PORT']}"
        login = (self.settings["RABBITMQ_USER"], self.settings["RABBITMQ_PASSWORD"])
        url = f"http://{where}/api/nodes?columns=name,running"
        down: set[str] = set()
        with suppress(httpx.HTTPError):  # it waits for those that it does not miss yet
            answer = HTTP.get(url, auth=login, timeout=5)
            # In the moment in which it gives one up it may answer with an error, which is no JSON.
            found = answer.json() if answer.is_success else []
            down = {each["name"] for each in found if not each["running"]}
        return {m.number for m in self.machines if node_name(m) not in down}

    def beat(self, field: str) -> object:
        """What a panel tells its viewers, by the proxy."""
        with suppress(httpx.HTTPError):
            answer = HTTP.get(f"{self.origin}/panel/estado.json", timeout=5)
            return answer.json()["latido"][field] if answer.is_success else None
        return None

    def known(self) -> list[tuple[int, int]]:
        """Digest and fate of each message that was ever counted or rejected."""
        with self.database() as db:
            return db.execute("SELECT cuerpo, suerte FROM ids").fetchall()

    def database(self) -> psycopg.Connection:
        """To whoever may be written."""
        password = Path(self.told["STORE_PASSWORD_FILE"]).read_text().strip()
        url = self.told["STORE_URL"]
        return psycopg.connect(
            url, password=password, target_session_attrs="read-write", connect_timeout=3
        )


class AnyNode(Broker):
    """What a test asks of a broker, at the end."""

    def __init__(self, cluster: RunningCluster) -> None:
        settings = cluster.settings
        self._addresses = [machine.address for machine in cluster.machines]
        self.port = int(settings["RABBITMQ_PORT"])
        self.management_port = int(settings["RABBITMQ_MANAGEMENT_PORT"])
        self.user, self.password = settings["RABBITMQ_USER"], settings["RABBITMQ_PASSWORD"]

    @property
    def host(self) -> str:  # type: ignore[override]
        """
        Of a node that serves now.

        One that was cut off may pause itself after the cut: seconds after all seemed well again
        the others gave it up (`net_tick_timeout`, measured on RabbitMQ 3.10).
        """
        serving: list[str] = []

        def some() -> bool:
            serving.extend(each for each in self._addresses if listens(self.port, each))
            return bool(serving)

        until(some, BACK_SECONDS)
        return serving[0]


def three_in_a_row() -> int:
    """The first of three free ports that follow each other."""
    ports = free_ports(3)
    while any(second != first + 1 for first, second in pairwise(ports)):
        ports = free_ports(3)
    return ports[0]


def reads(pid: Callable[[], int]) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        return pid()
    return None


def until(condition: Callable[[], object], seconds: float) -> float:
    """Return how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + seconds, f"not within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began
