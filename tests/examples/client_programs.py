"""The client of `examples/` in each of its languages."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.stack import NODE, ROOT

EXAMPLES = ROOT / "examples"
LANGUAGES = ("python", "javascript", "java")
SOURCES = {
    "python": EXAMPLES / "pulso.py",
    "javascript": EXAMPLES / "pulso.mjs",
    "java": EXAMPLES / "Pulso.java",
}
RUNNERS = {
    "python": [sys.executable],
    "javascript": [str(NODE)],
    # Compiled for a short life, which takes half the time
    "java": ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"],
}
NUMBER = r"([\d.]+)"
WAIT = rf"(?:new )?(?:Wait\(|{{)\D*{NUMBER}\D+{NUMBER}\D+{NUMBER}\D+{NUMBER}"


def can_run(language: str) -> bool:
    """Only Java may be missing: `java` runs a source file where there is a `javac` too."""
    return language != "java" or shutil.which("javac") is not None


def need(language: str) -> None:
    """Skip the test where this machine has not got the language."""
    if not can_run(language):
        pytest.skip("no JDK here (javac): on Debian `apt-get install default-jdk-headless`")


def command(language: str, *words: str) -> list[str]:
    return [*RUNNERS[language], str(SOURCES[language]), *words]


def run(language: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end, which may be an error."""
    return subprocess.run(
        command(language, *words), capture_output=True, encoding="utf-8", timeout=60, check=False
    )


def waits(language: str) -> dict[str, dict[str, float]]:
    """The waits in its source by close code or status; `LOST` for all others."""
    source = SOURCES[language].read_text()
    found = re.findall(rf"\b(LOST|\d{{3,4}})(?: =|[:,]) {WAIT}", source)
    names = ("least", "first", "base", "longest")
    return {code: dict(zip(names, map(float, numbers), strict=True)) for code, *numbers in found}


def constant(language: str, name: str) -> set[str]:
    """The numbers that stand behind a name."""
    line = re.search(rf"{name} = (.*)", SOURCES[language].read_text())
    return set(re.findall(r"\d+", line[1].partition("//")[0].partition("#")[0])) if line else set()


def is_told(log: str, counts: Mapping[str, int]) -> bool:
    """Whether the last line that a watching client printed says these counts, and their sum."""
    line = (log.strip().splitlines() or [""])[-1]
    total = re.search(r"\d+", line)
    each = (re.search(rf'\b{name}"?[:=] ?{n}\b', line) for name, n in counts.items())
    return total is not None and int(total[0]) == sum(counts.values()) and all(each)
