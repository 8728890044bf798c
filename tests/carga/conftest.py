from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.chain_stack import Chain
from tests.foreign_publisher import read, wait_for
from tests.stack import ROOT

END_SECONDS = 120
SMALL = (
    *("--tasa", "1200", "--duracion", "1s", "--clientes", "20", "--visores", "10"),
    *("--salida", "reports"),
)


@dataclass
class Command:
    """A command of the sender as a process, writing its reports below *folder*."""

    process: subprocess.Popen[str]
    folder: Path
    out: str = field(default="", init=False)
    err: str = field(default="", init=False)

    def wait(self) -> int:
        self.out, self.err = self.process.communicate(timeout=END_SECONDS)
        return self.process.returncode

    @property
    def report(self) -> Path:
        """The folder of its only report."""
        (found,) = self.folder.iterdir()
        return found

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.report / "resumen.json").read_text())
        return found


class Start(Protocol):
    def __call__(
        self,
        *words: str,
        settings: Mapping[str, str] | None = None,
        stdout: int = subprocess.PIPE,
        stderr: int = subprocess.PIPE,
    ) -> Command: ...


class Against(Protocol):
    def __call__(
        self, chain: Chain, *words: str, settings: Mapping[str, str] | None = None, **more: int
    ) -> Command: ...


Counting = Callable[[Chain, int], None]


@contextmanager
def commands(folder: Path) -> Iterator[Start]:
    """Starts `app.py` in *folder* with words and variables; nothing of it is left afterwards."""
    with ExitStack() as stack:

        def start(
            *words: str,
            settings: Mapping[str, str] | None = None,
            stdout: int = subprocess.PIPE,
            stderr: int = subprocess.PIPE,
        ) -> Command:
            inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "TMPDIR")}
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "sender" / "app.py"), *words],
                env=inherited | dict(settings or {}),
                cwd=folder,
                stdout=stdout,
                stderr=stderr,
                text=True,
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return Command(process, folder / "reports")

        yield start


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Start]:
    """Starts `app.py` with these words and variables."""
    with commands(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def finished(lasting_chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """A run with seed 9 against the lasting chain, which was exact."""
    with commands(tmp_path_factory.mktemp("finished")) as start:
        run = start("simular", *SMALL, "--semilla", "9", settings=of(lasting_chain))
        assert run.wait() == 0, run.err
        yield run


def of(chain: Chain) -> dict[str, str]:
    """The variables by which the commands find this chain."""
    return chain.amqp_settings | {
        "WEB_PORT": str(chain.routes.web_port),
        "RABBITMQ_MANAGEMENT_PORT": str(chain.vhost.broker.management_port),
    }


@pytest.fixture
def against(command: Start) -> Against:
    """Starts `app.py` with these words against a chain."""

    def start(
        chain: Chain, *words: str, settings: Mapping[str, str] | None = None, **more: int
    ) -> Command:
        return command(*words, settings=of(chain) | dict(settings or {}), **more)

    return start


@pytest.fixture
def simular(against: Against) -> Against:
    """Starts a small run against a chain: 1,200 events in 1 s, 20 clients, 10 viewers."""

    def start(
        chain: Chain, *words: str, settings: Mapping[str, str] | None = None, **more: int
    ) -> Command:
        return against(chain, "simular", *SMALL, *words, settings=settings, **more)

    return start


@pytest.fixture
def counting() -> Counting:
    """Waits until a chain has counted so many events more."""

    def wait(chain: Chain, events: int) -> None:
        start = read(chain.report_url)["total"]
        wait_for(chain.report_url, lambda report: report["total"] >= start + events, 90)

    return wait
