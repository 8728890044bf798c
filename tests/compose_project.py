"""The compose file brought up for real, beside anything else that runs on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import port_ranges

ROOT = Path(__file__).resolve().parents[1]
BROKER = os.environ.get("RABBITMQ_IMAGE", "rabbitmq:4.0-management")
BASES = ("python:3.13-slim", BROKER, "traefik:v3.7")
USER, PASSWORD = "otra-cuenta", "otra-clave"  # not the defaults: they must come from .env's names
PORTS = ("WEB_PORT", "TRAEFIK_PORT", "RABBITMQ_PORT", "RABBITMQ_MANAGEMENT_PORT")
PARTS = {
    *("rabbitmq-service", "reverse-proxy", "servicio-analiticas", "panel-visual"),
    *("servicio-avisos", "entrada", "cliente-uno", "cliente-dos"),
}
KILL = "import os, sys; [os.kill(int(pid), 9) for pid in sys.argv[1:]]"


@dataclass(frozen=True)
class Project:
    """
    One `docker compose` project: its name, the ports that it publishes, more lines of `.env`.

    *overlays* are laid over the compose file.
    """

    name: str
    ports: dict[str, int]
    settings: Mapping[str, str] = field(default_factory=dict)
    overlays: Sequence[Path] = ()

    def compose(
        self, *words: str, timeout: float = 60, text: bool = True
    ) -> subprocess.CompletedProcess[Any]:
        """Run `docker compose` on this project; the caller looks at the exit code."""
        command = self._command(words)
        return run(*command, timeout=timeout, env=self._environment(), text=text)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start `docker compose` and let it run; what it says comes out of one pipe."""
        return subprocess.Popen(
            self._command(words),
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _command(self, words: tuple[str, ...]) -> list[str]:
        files = (ROOT / "docker-compose.yml", *self.overlays)
        named = [word for file in files for word in ("-f", str(file))]
        return ["docker", "compose", *named, "-p", self.name, *words]

    def _environment(self) -> dict[str, str]:
        ports = {name: str(port) for name, port in self.ports.items()}
        account = {"RABBITMQ_USER": USER, "RABBITMQ_PASSWORD": PASSWORD}
        return os.environ | account | builder() | ports | dict(self.settings)

    def up(self, *parts: str) -> None:
        """Bring *parts* (all) up to healthy, or fail with what Docker and the parts said."""
        words = ("up", "--build", "--wait", "--wait-timeout", "120", *parts)
        done = self.compose(*words, timeout=420)
        if done.returncode != 0:
            said = self.compose("logs", "--no-color", "--tail", "20").stdout
            pytest.fail(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}\n{said[-9000:]}")

    def parts(self) -> dict[str, dict[str, Any]]:
        """What `docker inspect` says about each running part."""
        ids = self.compose("ps", "--quiet").stdout.split()
        inspected = json.loads(docker("inspect", *ids).stdout) if ids else []
        return {part["Config"]["Labels"]["com.docker.compose.service"]: part for part in inspected}

    def kill(self, *parts: str) -> None:
        """
        End process 1 of *parts* (all) as a crash does, so that Docker starts them again.

        From the host's side: `docker kill` is an order to stay down, and process 1 can't kill
        itself.
        """
        pids = [str(p["State"]["Pid"]) for n, p in self.parts().items() if n in (parts or PARTS)]
        done = docker("run", "--rm", "--pid=host", BASES[0], "python", "-c", KILL, *pids)
        assert done.returncode == 0, done.stderr

    def wait_back(self, before: Mapping[str, dict[str, Any]], *names: str, limit: float) -> None:
        """Wait until *names* are healthy, as processes that are not those of *before*."""

        def back() -> bool:
            parts = self.parts()
            return all(
                name in parts
                and parts[name]["State"]["Pid"] not in (0, before[name]["State"]["Pid"])
                and parts[name]["State"]["Health"]["Status"] == "healthy"
                for name in names
            )

        wait_until(back, limit, f"{names} healthy again")

    def report(self) -> dict[str, Any]:
        return self.get("/reporte")

    def get(self, path: str, **question: str) -> dict[str, Any]:
        """What the proxy answers, or raise httpx.HTTPError."""
        url = f"http://127.0.0.1:{self.ports['WEB_PORT']}{path}"
        answer = httpx.get(url, params=question, trust_env=False)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def health(self) -> dict[str, str]:
        return {name: part["State"]["Health"]["Status"] for name, part in self.parts().items()}

    def inside(self, part: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run *command* in the container of *part*, as its user."""
        return self.compose("exec", "-T", part, *command, timeout=30)


def wait_until(true: Callable[[], bool], limit: float, what: str) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, f"not within {limit:.0f} s: {what}"
        time.sleep(0.25)


def builder() -> dict[str, str]:
    """Docker's older builder where the newer one's plug-in is not installed."""
    return {} if docker("buildx", "version").returncode == 0 else {"DOCKER_BUILDKIT": "0"}


def docker(*words: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    return run("docker", *words, timeout=timeout)


def run(
    *command: str, timeout: float, env: Mapping[str, str] | None = None, text: bool = True
) -> subprocess.CompletedProcess[Any]:
    return subprocess.run(
        command, env=env, capture_output=True, text=text, timeout=timeout, check=False
    )


def why_not(*more: str) -> str | None:
    """Say what is missing to run containers here, of *more* images too; None if nothing is."""
    try:
        if docker("info", timeout=20).returncode != 0:
            return "no Docker engine answers"
        if docker("compose", "version").returncode != 0:
            return "docker has no compose plugin"
        for image in (*BASES, *more):
            there = docker("image", "inspect", image).returncode == 0
            if not there and docker("pull", "--quiet", image, timeout=90).returncode != 0:
                return f"{image} is neither here nor to be had"
    except FileNotFoundError:
        return "Docker is not installed"
    except subprocess.TimeoutExpired as error:
        return f"no answer in time: {error.cmd}"
    return None


def free_ports() -> dict[str, int]:
    return dict(zip(PORTS, port_ranges.free_ports(len(PORTS)), strict=True))
