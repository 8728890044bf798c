"""The servers that are compared, each as real processes on core 0 and loopback ports."""

from __future__ import annotations

import http
import http.client
import os
import resource
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from parts.proxy import Routes, proxy_command, proxy_environment
from pinned_process import (
    OTHER_CORE,
    SERVER_CORE,
    started,
    stdout_of,
    tell,
    wait_until,
    wait_until_listening,
)
from process_cost import family
from tests.port_ranges import free_ports

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
Publish = Callable[[bytes, bytes], None]  # the kind and the payload


@dataclass
class Server:
    """
    Viewers connect to *port* and *path*; *publish* makes it push.

    *pids* is the server itself, *proxy_pids* what stands in front of it.
    """

    port: int
    path: str
    publish: Publish
    process: subprocess.Popen[bytes]
    proxy_pids: list[int] = field(default_factory=list)
    is_hub: bool = False

    def skipped(self) -> int:
        """How many viewers the hub finds to be behind; 0 for a server that can't say."""
        if not self.is_hub:
            return 0
        self.publish(b"?", b"")
        everyone, ready = map(int, stdout_of(self.process).readline().split())
        return everyone - ready

    @property
    def pids(self) -> list[int]:
        return family(self.process.pid)


def python(script: str, *arguments: object) -> list[str]:
    return [sys.executable, str(HERE / script), *map(str, arguments)]


def to_stdin(process: subprocess.Popen[bytes]) -> Publish:
    def publish(kind: bytes, payload: bytes) -> None:
        tell(process, kind + payload)

    return publish


def to_nchan(port: int) -> Publish:
    """Publish over HTTP. The answer is read before the next one, so that pushing is not delayed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    waiting = False

    def publish(_kind: bytes, payload: bytes) -> None:
        nonlocal waiting
        if waiting:
            connection.getresponse().read()
        connection.request("POST", "/pub", payload)
        waiting = True

    return publish


@contextmanager
def floor(program: Path) -> Iterator[Server]:
    with _fed_by_stdin([str(program)]) as server:
        yield server


@contextmanager
def broadcast() -> Iterator[Server]:
    with _fed_by_stdin(python("broadcast_process.py")) as server:
        yield server


@contextmanager
def hub() -> Iterator[Server]:
    with _fed_by_stdin(python("hub_process.py")) as server:
        server.is_hub = True
        yield server


@contextmanager
def _fed_by_stdin(command: list[str]) -> Iterator[Server]:
    (port,) = free_ports(1)
    with started([*command, str(port)], SERVER_CORE) as process:
        wait_until_listening(port, process)
        yield Server(port, "/ws", to_stdin(process), process)


@contextmanager
def nchan(folder: Path) -> Iterator[Server]:
    (port,) = free_ports(1)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    text = string.Template((HERE / "nchan.conf").read_text())
    configuration = folder / f"nchan-{port}.conf"
    configuration.write_text(text.substitute(port=port, folder=folder, files=files))
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    command = ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(configuration)]
    with started(command, SERVER_CORE, {"PATH": path}) as process:
        wait_until_listening(port, process)
        yield Server(port, "/ws", to_nchan(port), process)


@contextmanager
def panel() -> Iterator[Server]:
    """The whole panel, its page and its poller; reports come from a stand-in for the analytics."""
    reporte, page, push = free_ports(3)
    ports = {"REPORTE_URL": f"http://127.0.0.1:{reporte}", "PANEL_PORT": page, "PUSH_PORT": push}
    settings = {name: str(value) for name, value in ports.items()}
    with ExitStack() as stack:
        analytics = stack.enter_context(started(python("reporte_stand_in.py", reporte), OTHER_CORE))
        wait_until_listening(reporte, analytics)
        command = [sys.executable, str(ROOT / "panel-visual" / "panel.py")]
        process = stack.enter_context(started(command, SERVER_CORE, settings))
        wait_until_listening(push, process)
        yield Server(push, "/ws", to_stdin(analytics), process)


@contextmanager
def proxied_hub() -> Iterator[Server]:
    """The hub seen through the project's own proxy settings. Traefik may use both cores."""
    web, admin, nobody = free_ports(3)
    with ExitStack() as stack:
        server = stack.enter_context(hub())
        routes = Routes(web, admin, nobody, server.port, nobody, nobody)
        environment = proxy_environment(routes, os.environ)
        process = stack.enter_context(started(proxy_command(), None, environment))
        wait_until_listening(web, process)
        wait_until(lambda: routed(web), process, "does not route")
        pids = family(process.pid)
        yield replace(server, port=web, path="/panel/ws", proxy_pids=pids)


def routed(web: int) -> bool:
    """Whether Traefik knows the way to the push server, which finds this no handshake."""
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", web, timeout=2)
        connection.request("GET", "/panel/ws")
        return connection.getresponse().status != http.HTTPStatus.NOT_FOUND
    return False
