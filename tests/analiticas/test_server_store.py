"""What only a store in PostgreSQL meets: a COMMIT whose answer is lost."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TypeVar

import pytest

from counting.totals import IdWindow, Totals, ledger
from database.failures import CommitFailedError, StoreUnavailableError
from decoding.message import Message
from postgres import server_connection
from postgres.server_store import ServerStore, open_store
from postgres.server_url import ServerUrl
from postgres.shared import shared_log
from storing import delta_log
from tests.commit_line import CommitLine, Cut, commit_line
from tests.postgres_stack import Postgres

WINDOW = IdWindow(604800, 50_000_000)
BATCH = [
    Message(1, b'{"cliente":"a"}', "uno"),
    Message(2, b'{"cliente":"b"}'),  # without an id: nothing but its batch tells it from a copy
    Message(3, b"no es json"),
    Message(4, b'{"cliente":"a"}', "dos"),
]
T = TypeVar("T")
OTHER = [Message(5, b'{"cliente":"c"}', "tres")]


@pytest.fixture(name="url")
def _url(postgres: Postgres) -> str:
    return postgres.fresh()


@pytest.fixture(name="line")
def _line(postgres: Postgres) -> Iterator[CommitLine]:
    with commit_line(postgres.port) as line:
        yield line


@pytest.fixture(name="store")
def _store(
    postgres: Postgres, url: str, line: CommitLine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ServerStore]:
    """At the end of a line that can be cut, and impatient."""
    monkeypatch.setattr(server_connection, "CALL_SECONDS", 1.0)
    hasty = server_connection.SESSION.replace(b"'8s'", b"'1s'")
    monkeypatch.setattr(server_connection, "SESSION", hasty)
    through = url.replace(f":{postgres.port}/", f":{line.port}/")
    with closing(open_store(ServerUrl(through), WINDOW)) as store:
        yield store


def until_done(call: Callable[[], T], tries: int = 20) -> T:
    """As the service does, without its pause."""
    for _ in range(tries - 1):
        try:
            return call()
        except StoreUnavailableError:
            continue
    return call()


def counted(totals: Totals) -> dict[str, int]:
    fates: dict[str, int] = ledger(totals)["mensajes"]
    return fates


@pytest.mark.parametrize("cut", ["before", "after", "frozen"])
def test_a_lost_answer_counts_once(store: ServerStore, line: CommitLine, cut: Cut) -> None:
    """Whether the server got the COMMIT or not: each message once, those without an id too."""
    totals = store.load()
    line.next_commit = cut

    with pytest.raises(StoreUnavailableError):
        store.apply(BATCH)
    totals.add(until_done(lambda: store.apply(BATCH)))
    totals.add(store.apply(OTHER))

    assert store.load() == totals
    assert totals.clientes == {"a": 2, "b": 1, "c": 1}
    assert counted(totals) == {
        "recibidos": 5,
        "contados": 4,
        "duplicados": 0,
        "conflictos": 0,
        "rechazados": 1,
    }
    assert (totals.sin_id, totals.version) == (1, 2)
    assert len(store.read_rejections(9)["muestras"]) == 1


@pytest.mark.parametrize("times", [2, 3])
def test_an_answer_that_is_lost_again(store: ServerStore, line: CommitLine, times: int) -> None:
    """The answer to the next try may be lost as well."""
    totals = store.load()
    for _ in range(times):
        line.next_commit = "after"
        with pytest.raises(StoreUnavailableError):
            store.apply(BATCH)
        until_done(store.tend)  # which connects, so that it is the batch's own commit that is cut
    totals.add(store.apply(BATCH))

    assert store.load() == totals
    assert (totals.eventos_contados, totals.sin_id) == (3, 1)


def test_what_is_there_is_never_acknowledged_after_a_read(
    store: ServerStore, line: CommitLine, postgres: Postgres, url: str
) -> None:
    """A batch that is found to be there writes something: only a COMMIT that returned is safe."""
    line.next_commit = "after"
    with pytest.raises(StoreUnavailableError):
        store.apply(BATCH)
    until_done(store.tend)
    before = last_writing(postgres, url)

    store.apply(BATCH)

    assert last_writing(postgres, url) > before


def last_writing(postgres: Postgres, url: str) -> int:
    with postgres.admin(url.rpartition("%3D")[2]) as db:
        query = "SELECT xmin::text::bigint FROM escritores WHERE tarea = 'contar'"
        row = db.execute(query).fetchone()
    assert row
    return int(row[0])


def test_a_batch_in_doubt_is_not_given_up(store: ServerStore, line: CommitLine) -> None:
    """Memory would not know what it did: another batch ends the process instead."""
    line.next_commit = "after"
    with pytest.raises(StoreUnavailableError):
        store.apply(BATCH)

    with pytest.raises(CommitFailedError, match="a new start"):
        store.apply(OTHER)


def test_what_the_broker_set_aside_is_told_once(store: ServerStore, line: CommitLine) -> None:
    """What it counts is as safe from a lost answer, and each has a doubt of its own."""
    expired = [{"queue": "cola_analiticas", "reason": "expired", "count": 1}]
    aside = [Message(1, b'{"cliente":"a"}', deaths=expired)]
    line.next_commit = "after"
    with pytest.raises(StoreUnavailableError):
        store.aside.count(aside)
    until_done(store.tend)
    line.next_commit = "after"
    with pytest.raises(StoreUnavailableError):
        store.apply(BATCH)
    until_done(store.tend)

    assert store.aside.count(aside) == {"expired": 1}
    store.apply(BATCH)
    assert store.aside.counts() == {"expired": 1}
    assert store.load().eventos_contados == 3


def test_a_lost_fold_is_found_as_it_is(
    store: ServerStore, line: CommitLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory follows the tables, whichever way each step of folding went."""
    monkeypatch.setattr(delta_log, "FOLD_CELLS", 1)
    totals, cuts = store.load(), 0
    for number in range(40):
        totals.add(store.apply([Message(1, b'{"cliente":"%d"}' % number, str(number))]))
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", 0)
    while until_done(store.tend):
        line.next_commit = ("after", "before")[cuts % 2]
        cuts += 1
        with pytest.raises(StoreUnavailableError):
            store.tend()
        until_done(store.tend)
        assert store.load() == totals

    assert cuts > 1
    stored = dict(store._db.execute("SELECT cliente, total FROM clientes").fetchall())
    assert stored == totals.clientes


def test_folded_rows_go_under_a_load_that_never_ends(
    url: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each commit folds a little, there is always more to fold, and rows still go."""
    monkeypatch.setattr(delta_log, "SEAL_SECONDS", 0)
    monkeypatch.setattr(delta_log, "FOLD_CELLS", 1)
    monkeypatch.setattr(shared_log, "KEPT_SECONDS", 0)
    with closing(open_store(ServerUrl(url), WINDOW)) as store:
        for number in range(300):
            body = b'{"cliente":"c%d"}' % (number % 5)
            store.apply([Message(number, body, str(number))])

    with postgres.admin(url.rpartition("%3D")[2]) as db:
        (rows,) = db.execute("SELECT count(*) FROM deltas").fetchone() or (0,)
    assert 0 < rows < 100


def test_reads_while_there_is_no_server(store: ServerStore, line: CommitLine) -> None:
    """They fail at once, and never connect: what a server shows is to be believed first."""
    line.next_commit = "before"
    with pytest.raises(StoreUnavailableError):
        store.apply(BATCH)
    connections = line.connections

    reads: list[Callable[[], object]] = [
        lambda: store.read_client("a"),
        lambda: store.read_rejections(1),
        store.read_future_events,
        store.aside.counts,
        lambda: store.history.pin(),
    ]
    for read in reads:
        with pytest.raises(StoreUnavailableError):
            read()
    assert line.connections == connections


def test_commits_that_a_server_lost(
    store: ServerStore, line: CommitLine, postgres: Postgres, url: str
) -> None:
    """A server that goes back behind what it had taken is found out, and its epoca ends."""
    store.apply(BATCH)
    store.apply(OTHER)
    epoca = store.load().epoca
    line.next_commit = "before"
    with pytest.raises(StoreUnavailableError):
        store.apply([])
    with postgres.admin(url.rpartition("%3D")[2]) as db:
        db.execute("UPDATE libro SET version = 1")

    with pytest.raises(CommitFailedError, match="from version 2 to 1"):
        until_done(store.tend)

    with closing(open_store(ServerUrl(url), WINDOW)) as again:
        assert again.load().epoca != epoca


def test_bytes_that_no_text_takes(url: str) -> None:
    """A NUL in an id, a body or a name is kept as it came, and stops nothing."""
    nul = Message(1, b"\x00no es json", "i\x00d", header_client="c\x00d", app_id="a\x00")
    with closing(open_store(ServerUrl(url), WINDOW)) as store:
        store.apply([nul, nul._replace(deaths=True, message_id="otro\x00")])

        sample = store.read_rejections(9)["muestras"][1]
        ((copy,), _) = store.aside.copies(1)

        assert (sample["message_id"], sample["cuerpo"][:3]) == ("i\x00d", "\x00no")
        assert sample["cliente"] == "c\x00d"
        assert (copy.message_id, copy.app_id) == ("otro\x00", "a\x00")
