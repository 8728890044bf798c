"""The launcher of `make run`, on free ports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from run_settings import PORTS
from tests.port_ranges import free_ports
from tests.stack import ROOT, Part


class Launch(Protocol):
    def __call__(self, folder: Path, **settings: str) -> Part: ...


@pytest.fixture
def ports() -> dict[str, int]:
    return dict(zip(PORTS, free_ports(len(PORTS)), strict=True))


@pytest.fixture
def launch(ports: dict[str, int], tmp_path: Path) -> Iterator[Launch]:
    """Start the launcher in a folder; what is left at the end is ended."""
    with ExitStack() as stack:

        def start(folder: Path, **settings: str) -> Part:
            given = {name: str(port) for name, port in ports.items()} | settings
            launcher = Part(
                "launcher",
                [sys.executable, str(ROOT / "local/run.py"), "--folder", str(folder)],
                {"PATH": os.environ["PATH"], **given},
                tmp_path,
                lambda part: "Ctrl-C stops" in part.log,
            )
            stack.callback(launcher.stop)
            launcher.start(wait=False)
            return launcher

        yield start
