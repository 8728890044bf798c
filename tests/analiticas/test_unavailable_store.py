"""A store that can't be used at the start, and can be later."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from counting.totals import IdWindow
from database.failures import StoreUnavailableError
from sqlite.file_store import open_store
from tests.faults.small_disk import small_disk
from tests.port_ranges import free_ports
from tests.stack import Part, python_part
from tests.unwritable_files import Fault, full, locked, read_only

WINDOW = IdWindow(60, 1000)


@pytest.mark.parametrize("fault", [locked, read_only])
def test_may_go_better_later(fault: Fault, tmp_path: Path) -> None:
    """It is told apart from a file that is no store, and leaves nothing behind that is held."""
    path = tmp_path / "pulso.db"
    open_store(path, WINDOW).close()

    with fault(path), pytest.raises(StoreUnavailableError):
        open_store(path, WINDOW)

    open_store(path, WINDOW).close()


@pytest.mark.parametrize("exists", [True, False])
def test_a_full_disk_may_have_room_later(exists: bool, tmp_path: Path) -> None:
    """Also before there is a store."""
    path = tmp_path / "disk" / "pulso.db"
    with small_disk(path.parent, 2) as mounted:
        if not mounted:
            pytest.skip("only root can mount a small disk")
        if exists:
            open_store(path, WINDOW).close()

        with full(path), pytest.raises(StoreUnavailableError):
            open_store(path, WINDOW)

        open_store(path, WINDOW).close()


def analytics(path: Path, **settings: object) -> Part:
    """Of a broker that is not there; it waits for the store first."""
    nobody, report = free_ports(2)
    given = {"RABBITMQ_PORT": nobody, "STORE_PATH": path, "REPORTE_PORT": report, **settings}
    script = "servicio-analiticas/analiticas.py"
    return python_part("analiticas", script, given, path.parent, ready="): waiting")


def until_said(part: Part, words: str) -> None:
    end = time.monotonic() + 40
    while words not in part.log:
        assert part.running, part.log
        assert time.monotonic() < end, part.log
        time.sleep(0.02)


def test_the_service_waits_for_its_store(tmp_path: Path) -> None:
    """It says so once and does not end, or it would be started again and again."""
    path = tmp_path / "pulso.db"
    open_store(path, WINDOW).close()
    service = analytics(path)

    with locked(path):
        service.start()
    until_said(service, "no connection to the broker")

    assert service.log.count("): waiting") == 1
    assert f"can't use the store {path} (database is locked)" in service.log
    assert service.stop() == 0


def test_it_stops_while_it_waits(tmp_path: Path) -> None:
    """A server that may come is waited for, too."""
    (nobody,) = free_ports(1)
    url = f"postgresql://yo:clave@127.0.0.1:{nobody}/pulso"
    service = analytics(tmp_path / "unused", STORE_URL=url)
    service.start()

    assert service.stop() == 0
    assert "can't use the store of STORE_URL" in service.log
    assert "clave" not in service.log
    assert "Traceback" not in service.log
