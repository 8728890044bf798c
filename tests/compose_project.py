"""The compose file brought up for real, beside anything else that runs on this machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
BASES = ("python:3.13-slim", "rabbitmq:4-management", "traefik:v3.7")
USER, PASSWORD = "otra-cuenta", "otra-clave"  # not the defaults: they must come from .env's names
PORTS = ("WEB_PORT", "TRAEFIK_PORT", "RABBITMQ_PORT", "RABBITMQ_MANAGEMENT_PORT")


@dataclass(frozen=True)
class Project:
    """One `docker compose` project: its name and the ports that it publishes."""

    name: str
    ports: dict[str, int]

    def compose(self, *words: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run `docker compose` on this project; the caller looks at the exit code."""
        command = ["docker", "compose", "-f", str(ROOT / "docker-compose.yml")]
        command += ["-p", self.name, *words]
        ports = {name: str(port) for name, port in self.ports.items()}
        account = {"RABBITMQ_USER": USER, "RABBITMQ_PASSWORD": PASSWORD}
        return run(*command, timeout=timeout, env=os.environ | account | ports)

    def up(self) -> None:
        """Bring it up to healthy, or fail with what Docker and the parts said."""
        done = self.compose("up", "--build", "--wait", "--wait-timeout", "120", timeout=420)
        if done.returncode != 0:
            said = self.compose("logs", "--no-color", "--tail", "20").stdout
            pytest.fail(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}\n{said[-9000:]}")

    def parts(self) -> dict[str, dict[str, Any]]:
        """What `docker inspect` says about each running part."""
        ids = self.compose("ps", "--quiet").stdout.split()
        inspected = json.loads(docker("inspect", *ids).stdout) if ids else []
        return {part["Config"]["Labels"]["com.docker.compose.service"]: part for part in inspected}

    def health(self) -> dict[str, str]:
        return {name: part["State"]["Health"]["Status"] for name, part in self.parts().items()}

    def inside(self, part: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run *command* in the container of *part*, as its user."""
        return self.compose("exec", "-T", part, *command, timeout=30)


def docker(*words: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    return run("docker", *words, timeout=timeout)


def run(
    *command: str, timeout: float, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=timeout, check=False
    )


def why_not() -> str | None:
    """Say what is missing to run containers here; None if nothing is."""
    try:
        if docker("info", timeout=20).returncode != 0:
            return "no Docker engine answers"
        if docker("compose", "version").returncode != 0:
            return "docker has no compose plugin"
        for image in BASES:
            there = docker("image", "inspect", image).returncode == 0
            if not there and docker("pull", "--quiet", image, timeout=90).returncode != 0:
                return f"{image} is neither here nor to be had"
    except FileNotFoundError:
        return "Docker is not installed"
    except subprocess.TimeoutExpired as error:
        return f"no answer in time: {error.cmd}"
    return None


def free_ports() -> dict[str, int]:
    sockets = [socket.socket() for _ in PORTS]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    numbers = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return dict(zip(PORTS, numbers, strict=True))
