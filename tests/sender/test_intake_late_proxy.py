"""What is sent while the proxy starts, when it listens and has no routes yet, is not given up."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from parts.proxy import Routes
from tests.late_proxy import LateProxy, late_proxy
from tests.sender.intake_service import Service
from tests.stack import ROOT, free_ports

DOC = (ROOT / "docs" / "intake.md").read_text()
ADDRESS = "http://127.0.0.1:8080/eventos"


@pytest.fixture
def late(service: Service, tmp_path: Path) -> Iterator[LateProxy]:
    routes = replace(Routes(*free_ports(6)), entrada_port=service.port)
    with late_proxy(routes, tmp_path) as proxy:
        yield proxy


def documented(url: str) -> list[list[str]]:
    """The commands of the document, each as its words."""
    lines = [line for line in re.findall(r"^curl .*$", DOC, re.MULTILINE) if ADDRESS in line]
    assert lines
    return [shlex.split(line.replace(ADDRESS, url)) for line in lines]


def test_every_curl_of_the_document_tells_of_a_404(late: LateProxy) -> None:
    """A command that ends with 0 after a 404 would hide that its event is nowhere."""
    for words in documented(f"{late.url}/eventos"):
        if "--retry" not in words:
            assert (
                subprocess.run(words, capture_output=True, timeout=20, check=False).returncode == 22
            )


def test_what_retries_outlasts_it(service: Service, late: LateProxy) -> None:
    """The document's way with curl, and the example: both meet the 404, both are counted once."""
    (curl,) = [words for words in documented(f"{late.url}/eventos") if "--retry" in words]
    example = [sys.executable, str(ROOT / "examples" / "send.py"), f"{late.url}/eventos"]
    with running(curl) as first, running(example) as second:
        until(lambda: late.log.count('"POST /eventos HTTP/1.1" 404') >= 2)

        late.know_routes()

        for process in (first, second):
            _, told = process.communicate(timeout=60)
            assert process.returncode == 0, told
            assert "404" in told
    assert service.counted(2) == {"web": 1, "ejemplo": 1}


def test_a_404_of_the_intake_is_final(service: Service) -> None:
    """A wrong path is told as a problem, and the example ends at once."""
    url = f"{service.url}/x"
    assert httpx.post(url, json={}, trust_env=False).headers["Content-Type"] == (
        "application/problem+json"
    )

    words = [sys.executable, str(ROOT / "examples" / "send.py"), url]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)

    assert done.returncode == 1
    assert "trying again" not in done.stderr
    assert "HTTP Error 404" in done.stderr


@contextmanager
def running(words: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
