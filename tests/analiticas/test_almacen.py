import json
import subprocess
import sys
from pathlib import Path

import pytest

from almacen import run
from analytics_settings import Settings
from counting.totals import IdWindow, Totals
from database.failures import StoreInUseError, UnusableStoreError
from decoding.message import Message
from sqlite.file_store import open_store

WINDOW = IdWindow(604800, 50_000_000)


def message(cliente: str, message_id: str) -> Message:
    return Message(1, json.dumps({"cliente": cliente}).encode(), message_id)


def at(path: Path) -> Settings:
    return Settings(store_path=str(path))


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    path = tmp_path / "pulso.db"
    store = open_store(path, WINDOW)
    store.apply([message("a", "1"), Message(2, b"no es json", "2")])
    store.close()
    return path


def load(path: Path) -> Totals:
    store = open_store(path, WINDOW)
    totals = store.load()
    store.close()
    return totals


def test_only_the_owner_reads_the_store(path: Path, tmp_path: Path) -> None:
    """Whatever the umask, and also a store that was open to others before; nor a copy of it."""
    path.chmod(0o644)
    store = open_store(path, WINDOW)
    store.apply([message("b", "3")])
    script = Path(__file__).parents[2] / "servicio-analiticas" / "almacen.py"
    subprocess.run(
        [sys.executable, script, "respaldar", tmp_path / "copy.db"],
        env={"PATH": "", "STORE_PATH": str(path)},
        check=True,
        umask=0o022,
    )

    modes = {each.name: oct(each.stat().st_mode & 0o777) for each in tmp_path.iterdir()}
    store.close()

    assert len(modes) == 5
    assert set(modes.values()) == {"0o600"}


def test_backup_while_in_use(path: Path, tmp_path: Path) -> None:
    """A copy made while the service counts holds one commit, whole."""
    store = open_store(path, WINDOW)
    run("respaldar", at(path), tmp_path / "copia.db")
    store.apply([message("a", "3")])
    store.close()

    run("restaurar", at(tmp_path / "otro.db"), tmp_path / "copia.db")

    assert load(tmp_path / "otro.db").clientes == {"a": 1}
    assert load(path).clientes == {"a": 2}


def test_restore_starts_a_new_epoca(path: Path, tmp_path: Path) -> None:
    """A restored store has the counts and ids of the copy, under a new epoca."""
    before = load(path)
    run("respaldar", at(path), tmp_path / "copia.db")

    report = run("restaurar", at(path), tmp_path / "copia.db")

    after = load(path)
    assert after.clientes == before.clientes
    assert after.epoca != before.epoca
    assert after.epoca in report
    store = open_store(path, WINDOW)
    assert not store.apply([message("a", "1")]).counted.clientes
    store.close()


def test_reset_keeps_ids(path: Path) -> None:
    """After a reset all counts are zero, and a copy of an old message is still a copy."""
    before = load(path)

    run("reiniciar", at(path))

    after = load(path)
    assert (after.eventos_contados, after.rechazados, after.version) == (0, 0, 0)
    assert after.epoca != before.epoca
    store = open_store(path, WINDOW)
    assert not store.apply([message("a", "1")]).counted.clientes
    store.close()


@pytest.mark.parametrize("verb", ["restaurar", "reiniciar"])
def test_refused_while_in_use(path: Path, tmp_path: Path, verb: str) -> None:
    """What would pull the store from under a running service is refused."""
    run("respaldar", at(path), tmp_path / "copia.db")
    store = open_store(path, WINDOW)
    before = store.load()

    with pytest.raises(StoreInUseError):
        run(verb, at(path), tmp_path / "copia.db")

    assert store.load() == before
    store.close()


def test_a_damaged_copy_is_refused(path: Path, tmp_path: Path) -> None:
    """A copy that is no store leaves the store as it was."""
    (tmp_path / "copia.db").write_bytes(path.read_bytes()[:4096] + b"x" * 20000)
    before = load(path)

    with pytest.raises(UnusableStoreError):
        run("restaurar", at(path), tmp_path / "copia.db")

    assert load(path) == before


def test_command_line(path: Path, tmp_path: Path) -> None:
    """The command reports what it did, and a failure as one sentence with exit code 1."""
    script = Path(__file__).parents[2] / "servicio-analiticas" / "almacen.py"

    def almacen(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, script, *arguments],
            env={"STORE_PATH": str(path)},
            capture_output=True,
            text=True,
            check=False,
        )

    good, bad = almacen("respaldar", tmp_path / "c.db"), almacen("restaurar", tmp_path / "nada")

    assert (good.returncode, bad.returncode) == (0, 1)
    assert "copied to" in good.stdout
    assert bad.stderr.count("\n") == 1
    assert "does not exist" in bad.stderr
