"""What outlives a restart."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from comun.availability import NotAvailableError
from judging.alarms import Alert
from keeping import alert_file
from keeping.alert_file import AlertStoreError
from keeping.alert_store import KEPT_RESOLVED, AlertStore, Mute, Told, add_mute
from keeping.ledger import Ledger
from tests.unwritable_files import Fault, locked, read_only

T = 1_790_000_000.0
ALERT = Alert("a", "silencio", "silencio", "web", T, T + 30, 30, 30, "", None, "cliente")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "avisos.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    ledger = Ledger(AlertStore(path))
    yield ledger
    ledger.close()


def opened(path: Path) -> Ledger:
    return Ledger(AlertStore(path))


async def test_alerts_and_who_was_told_are_there_after_a_restart(path: Path) -> None:
    """With all that they say, and how far each receiver was told."""
    first = opened(path)
    await first.note([(ALERT, [("a", "guard"), ("a", "mail")])])
    await first.tell({("a", "guard"): Told(1, False, T)})
    await first.tell({("a", "mail"): Told(0, True, T)})
    await first.note([(replace(ALERT, id="b", resolved=T + 60), [])])
    await first.keep_rhythms([("web", b"x")])
    first.close()
    second = opened(path)

    assert second.firing == [ALERT]
    assert second.resolved == [replace(ALERT, id="b", resolved=T + 60)]
    assert second.told == {("a", "guard"): Told(1, False, T), ("a", "mail"): Told(0, True, T)}
    assert second.uncertain == {("a", "mail")}
    second.close()


async def test_resolved_alerts_are_kept_up_to_a_number(ledger: Ledger) -> None:
    """The oldest go, with what was told of them; none that fires goes."""
    await ledger.note([(ALERT, [("a", "guard")])])
    old = [replace(ALERT, id=f"r{i}", resolved=T + i) for i in range(KEPT_RESOLVED + 7)]
    await ledger.note([(each, [(each.id, "guard")]) for each in old])

    assert len(ledger.resolved) == KEPT_RESOLVED
    assert ledger.resolved[-1].id == "r7"
    assert ("r6", "guard") not in ledger.told
    assert ("r7", "guard") in ledger.told
    assert ledger.firing == [ALERT]


async def test_what_the_disk_does_not_take_is_noted_later(path: Path, ledger: Ledger) -> None:
    """Until then it is known to nobody, so that nobody is told what a restart would not know."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ledger._store._db.execute("PRAGMA busy_timeout=10")

    assert not await ledger.note([(ALERT, [("a", "guard")])])
    assert not ledger.alerts
    assert not ledger.writable
    other.execute("ROLLBACK")
    other.close()
    assert await ledger.note([])
    assert ledger.firing == [ALERT]
    assert ledger.told == {("a", "guard"): Told()}
    assert ledger.writable


async def test_what_is_over_is_so_before_it_is_noted(path: Path, ledger: Ledger) -> None:
    """Else it would be nowhere: it fires no more, and a reader asks just then."""
    await ledger.note([(ALERT, [])])
    over = replace(ALERT, resolved=T + 60)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        noting = asyncio.create_task(ledger.note([(over, [])]))
        await asyncio.sleep(0)
        assert not noting.done()
        assert ledger.resolved == [over]
        other.execute("ROLLBACK")
    await noting

    assert ledger.resolved == [over]


async def test_a_command_mutes_beside_the_service(path: Path, ledger: Ledger) -> None:
    """It is seen with the next look; one that is over is gone, and one can be ended."""
    add_mute(path, Mute(4e9, "silencio", "web"), T)
    add_mute(path, Mute(4e9), T)
    await ledger.read_mutes()
    assert ledger.mutes == [Mute(4e9, "silencio", "web"), Mute(4e9)]

    add_mute(path, Mute(T - 1, "silencio", "web"), T)
    await ledger.read_mutes()
    assert ledger.mutes == [Mute(4e9)]


def test_a_mute_needs_a_service_that_once_ran(path: Path) -> None:
    """A wrong path would mute nobody, unseen."""
    with pytest.raises(AlertStoreError, match="has never run"):
        add_mute(path, Mute(4e9), T)


def test_one_service_at_a_time(path: Path, ledger: Ledger) -> None:
    """Two would tell everything twice."""
    with pytest.raises(AlertStoreError, match="in use by process"):
        AlertStore(path)


def test_a_file_of_another_version_is_refused(path: Path) -> None:
    """It names the file and both versions."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version=9")
    db.close()

    with pytest.raises(AlertStoreError, match="version 9"):
        AlertStore(path)


def test_a_file_that_is_no_store_is_refused(path: Path) -> None:
    """In one sentence."""
    path.write_bytes(b"nonsense" * 1000)

    with pytest.raises(AlertStoreError, match="can't be opened"):
        AlertStore(path)


@pytest.mark.parametrize("fault", [locked, read_only])
def test_what_may_be_written_later_is_told_apart(
    fault: Fault, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service waits for it; what was opened for reading only could never be written."""
    monkeypatch.setattr(alert_file, "BUSY_SECONDS", 0.01)
    AlertStore(path).close()

    with fault(path), pytest.raises(NotAvailableError):
        AlertStore(path)

    AlertStore(path).close()


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """The file, its lock and what SQLite puts beside it, whatever the umask."""
    path = tmp_path / "avisos.db"
    path.touch(mode=0o644)
    path.chmod(0o644)
    store = AlertStore(path)
    store.close()
    again = AlertStore(path)

    modes = {each.name: each.stat().st_mode & 0o077 for each in tmp_path.iterdir()}

    again.close()
    assert set(modes.values()) == {0}, modes
