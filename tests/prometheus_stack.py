"""Debian's Prometheus as a process, with the project's own rules, on parts of a test's chain."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.port_ranges import free_ports
from tests.stack import ROOT, Part, answers

OBSERVABILITY = ROOT / "observability"
AT_ONCE = "2s"  # instead of each alert's own patience
WINDOW = "[8s]"  # instead of minutes, with a scrape a second


class Prometheus:
    """Scrapes *targets* (address by job) each second; alerts after seconds, not minutes."""

    def __init__(self, folder: Path, targets: Mapping[str, str]) -> None:
        (port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        folder.mkdir()
        (folder / "alerts.yml").write_text(impatient((OBSERVABILITY / "alerts.yml").read_text()))
        (folder / "prometheus.yml").write_text(configuration(targets))
        program = shutil.which("prometheus")
        assert program, "no prometheus on PATH; `make test` installs it"
        command = [
            program,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        ready = f"{self.url}/-/ready"
        self.part = Part("prometheus", command, {}, folder, lambda _: answers(ready))

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an instant query."""
        found: list[dict[str, Any]] = self._get("query", query=expression)["result"]
        return found

    def rules(self) -> list[dict[str, Any]]:
        return [rule for group in self._get("rules")["groups"] for rule in group["rules"]]

    def firing(self) -> set[str]:
        return {a["labels"]["alertname"] for a in self._get("alerts")["alerts"] if fires(a)}

    def wait_firing(self, *names: str, seconds: float = 60) -> None:
        """Wait until at least these fire."""
        end = time.monotonic() + seconds
        while not self.firing() >= {*names}:
            assert time.monotonic() < end, f"{names} expected, firing: {self.firing()}"
            time.sleep(0.2)

    def wait_firing_in(self, name: str, jobs: set[str], seconds: float = 60) -> None:
        """Wait until the alert *name* fires for each of *jobs*, and for no other."""
        alert = f'ALERTS{{alertname="{name}", alertstate="firing"}}'

        def named() -> set[str]:
            return {each["metric"]["job"] for each in self.query(alert)}

        wait(lambda: named() == jobs, f"{name} in {jobs}", seconds)

    def wait_quiet(self, seconds: float = 60) -> None:
        """Wait until nothing fires."""
        end = time.monotonic() + seconds
        while firing := self.firing():
            assert time.monotonic() < end, f"still firing: {firing}"
            time.sleep(0.2)

    def _get(self, what: str, **params: str) -> dict[str, Any]:
        url = f"{self.url}/api/v1/{what}"
        answer = httpx.get(url, params=params, timeout=10, trust_env=False).json()
        assert answer["status"] == "success", answer
        found: dict[str, Any] = answer["data"]
        return found


def wait(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.2)


def fires(alert: Mapping[str, Any]) -> bool:
    return bool(alert["state"] == "firing")


def impatient(rules: str) -> str:
    return re.sub(r"for: \w+", f"for: {AT_ONCE}", re.sub(r"\[\d+m\]", WINDOW, rules))


def configuration(targets: Mapping[str, str]) -> str:
    """The project's own, but for the addresses and how often it looks."""
    text = (OBSERVABILITY / "prometheus.yml").read_text()
    text = text.replace("servicio-analiticas:9464", targets["analiticas"])
    text = text.replace("entrada:9464", targets["entrada"])
    text = text.replace("servicio-avisos:9464", targets["avisos"])
    panel = f'static_configs: [{{targets: ["{targets["panel"]}"]}}]'
    text = re.sub(r"dns_sd_configs: .*", panel, text)
    assert not re.search(r":9464|9464}", text)
    return re.sub(r"_interval: \w+", "_interval: 1s", text)
