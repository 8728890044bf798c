"""What is sent while the proxy starts, when it listens and has no routes yet, is not given up."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from parts.proxy import Routes
from tests.examples.client_programs import LANGUAGES, can_run, command, need, run
from tests.late_proxy import LateProxy, late_proxy
from tests.port_ranges import free_ports
from tests.sender.intake_service import Service
from tests.stack import ROOT

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
    """The document's way with curl, and the examples: all meet the 404, all are counted once."""
    (curl,) = [words for words in documented(f"{late.url}/eventos") if "--retry" in words]
    languages = [*filter(can_run, LANGUAGES)]
    examples = [command(language, "send", late.url) for language in languages]
    with ExitStack() as stack:
        processes = [stack.enter_context(running(words)) for words in (curl, *examples)]
        until(lambda: len(late.turned_away("/eventos")) == len(processes))

        late.know_routes()

        for process in processes:
            _, told = process.communicate(timeout=60)
            assert process.returncode == 0, told
            assert "404" in told
    assert service.counted(len(processes)) == {"web": 1, "ejemplo": len(languages)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_404_of_the_intake_is_final(service: Service, language: str) -> None:
    """A wrong path is told as a problem, and the example ends at once."""
    need(language)
    origin = f"{service.url}/x"
    answer = httpx.post(f"{origin}/eventos", json={}, trust_env=False)
    assert answer.headers["Content-Type"] == "application/problem+json"

    done = run(language, "send", origin)

    assert done.returncode == 1
    assert "trying again" not in done.stderr
    assert re.search("HTTP (Error )?404", done.stderr)


@contextmanager
def running(words: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
