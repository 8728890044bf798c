"""What the analytics' commands report can't be written; what they do is done."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from counting.totals import IdWindow
from decoding.message import Message
from sqlite.file_store import open_store
from tests.stack import ROOT
from tests.unwritable_output import full_disk, reader_that_left

LISTING = ("rechazados.py", "listar")
NO_ROOM = "can't be written to standard output: No space left on device"


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Path:
    path = tmp_path / "pulso.db"
    store = open_store(path, IdWindow(604800, 50_000_000))
    store.apply([Message(1, b"no es json", "1")])
    store.close()
    return path


def run(
    store: Path, output: Callable[[], AbstractContextManager[int]], script: str, *words: str
) -> tuple[int, str]:
    """Return exit code and what it said."""
    with output() as stdout:
        done = subprocess.run(
            [sys.executable, ROOT / "servicio-analiticas" / script, *words],
            env={"PATH": "", "STORE_PATH": str(store)},
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    return done.returncode, done.stderr


def test_a_full_disk_is_told(store: Path, tmp_path: Path) -> None:
    """A listing is nothing but its output, and fails; a copy was made, whoever hears of it."""
    copy = tmp_path / "copy.db"
    listed, why = run(store, full_disk, *LISTING)
    copied, why_too = run(store, full_disk, "almacen.py", "respaldar", str(copy))

    assert (listed, copied) == (1, 0)
    for said in (why, why_too):
        assert NO_ROOM in said
        assert len(said.splitlines()) == 1
    assert copy.stat().st_size


def test_a_reader_that_has_left_read_enough(store: Path, tmp_path: Path) -> None:
    """The end is quiet."""
    assert run(store, reader_that_left, *LISTING) == (0, "")
    copy = str(tmp_path / "copy.db")
    assert run(store, reader_that_left, "almacen.py", "respaldar", copy) == (0, "")
