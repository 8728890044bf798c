"""What the report says during a fault run, and waiting for it to say something."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

QUIET_SECONDS = 120.0


@dataclass
class Findings:
    """What a row saw beyond the counters: faults injected, figures, and what was wrong."""

    faults: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def check(self, holds: bool, problem: str) -> None:
        if not holds:
            self.problems.append(problem)


class ReportReader:
    """Reads the report at the address that *url* says; what never came is a problem."""

    def __init__(self, url: Callable[[], str], findings: Findings) -> None:
        self._url, self.findings = url, findings
        # A client of its own for each reading would load the certificates each time.
        self._http = httpx.Client(timeout=5, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def read(self, path: str = "") -> Mapping[str, Any] | None:
        """A document of the report; None while the analytics does not answer."""
        with suppress(httpx.HTTPError):
            answer = self._http.get(f"{self._url()}{path}")
            if answer.is_success:
                document: Mapping[str, Any] = answer.json()
                return document
        return None

    def answer(self, path: str = "") -> Mapping[str, Any] | None:
        """As `read`, of analytics that may be answering others first."""
        found: list[Mapping[str, Any]] = []

        def answered() -> bool:
            found.extend(filter(None, [self.read(path)]))
            return bool(found)

        self.until(f"/reporte{path} is answered", answered, 10)
        return found[0] if found else None

    def until(self, what: str, condition: Callable[[], bool], seconds: float) -> float:
        """Wait for a condition and return how long it took; a problem when it never came."""
        start = time.monotonic()
        while not condition():
            if (waited := time.monotonic() - start) > seconds:
                self.findings.problems.append(f"not within {seconds:.0f} s: {what}")
                return waited
            time.sleep(0.02)
        return time.monotonic() - start

    def version(self) -> int:
        report = self.read()
        return report["version"] if report else -1

    def until_counting(self, seconds: float) -> float:
        """Wait for a commit later than whatever the report says first."""
        start = time.monotonic()
        self.until("the report answers", lambda: self.version() >= 0, seconds)
        before = self.version()
        self.until("the count goes on", lambda: self.version() > before, seconds)
        return time.monotonic() - start

    def until_stalled(self, seconds: float) -> None:
        """Wait until nothing is counted for a second: the fault does its work."""
        seen = [(self.version(), time.monotonic())]

        def stalled() -> bool:
            if (version := self.version()) != seen[0][0]:
                seen[0] = (version, time.monotonic())
            return time.monotonic() - seen[0][1] > 1

        self.until("counting stops", stalled, seconds)

    def until_quiet(self, seconds: float = QUIET_SECONDS) -> None:
        """Wait until queue and consumer are empty, as the analytics measures after now."""
        asked = time.time() + 0.001

        def quiet() -> bool:
            queue = (self.read("/libro") or {}).get("cola")
            if queue is None or seconds_of(queue["medido"]) < asked:
                return False
            return not (queue["listos"] or queue["sin_ack"])

        self.until("the queue is empty and everything acknowledged", quiet, seconds)

    def until_copied(self) -> None:
        """Wait until what the analytics set aside is with the broker, and not only in the store."""

        def copied() -> bool:
            waiting = (self.read("/estado") or {}).get("por_apartar") or {}
            return bool(waiting.get("propios") == 0)

        self.until("no copy waits to be set aside", copied, QUIET_SECONDS)


def seconds_of(moment: str) -> float:
    return datetime.datetime.fromisoformat(moment).timestamp()
