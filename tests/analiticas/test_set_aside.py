"""What the header x-death tells, and what the store makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aside.copies import MAX_BYTES
from aside.set_aside import reason_of
from consuming.write_probe import LEAST, SECONDS, LoginProbe, WriteProbe
from counting.totals import IdWindow
from database.failures import StoreUnavailableError
from decoding.event_decoding import client_named_outside
from decoding.message import Message
from decoding.undecoded_text import UndecodedText
from tests.store_places import AnyStore, Place

GOOD, BAD = b'{"cliente": "a"}', b'{"cliente": 7}'


def death(reason: object, queue: str = "cola_analiticas") -> dict[str, object]:
    return {"queue": queue, "reason": reason, "count": 1}


@pytest.fixture(name="store")
def _store(place: Place) -> Iterator[AnyStore]:
    opened = place.open(IdWindow(60, 1000))
    yield opened
    opened.close()


def named(header: object, app_id: str | None) -> str | None:
    """Whom events count for whose body names no client; None: nobody."""
    try:
        return client_named_outside(header, app_id)
    except ValueError:
        return None


@pytest.mark.parametrize(
    "header",
    [
        *(None, "a", " " * 300 + "a", "\U0001f600" * 64),
        *("", "x" * 300, 7, True, 1.5, {"a": "b"}, b"a", b"\xff"),
    ],
    ids=ascii,
)
def test_a_copy_counts_for_the_same_client(store: AnyStore, header: object) -> None:
    """Sent again, it counts for whom the original would, and for nobody where that had no name."""
    store.apply([Message(1, BAD, "malo", header_client=header, app_id="app", deaths=True)])

    ((copy,), _) = store.aside.copies(9)

    client = copy.client.raw if isinstance(copy.client, UndecodedText) else copy.client
    assert named(client, copy.app_id) == named(header, "app")


@pytest.mark.parametrize(
    ("deaths", "reason"),
    [
        ([death("expired")], "expired"),
        ([death("rejected"), death("expired")], "rejected"),
        ([death("expired", "otra"), death("maxlen")], "maxlen"),
        ([death("x" * 100)], "otros"),
        ([death(["expired"])], "otros"),
        ([death("expired", "otra")], None),
        (["no table"], None),
        ("no array", None),
        ([], None),
        (None, None),
        (True, "otros"),
    ],
)
def test_reason(deaths: object, reason: str | None) -> None:
    """The newest entry of our own queue tells; reasons are from a closed set."""
    assert reason_of(deaths) == reason


def test_a_copy_is_told_once(store: AnyStore) -> None:
    """What comes again after a crash is known by its id; without an id nobody can tell."""
    known = Message(1, GOOD, "uno", deaths=[death("expired")])
    anonymous = Message(2, GOOD, deaths=[death("expired")])

    assert store.aside.count([known, anonymous]) == {"expired": 2}
    assert store.aside.count([known, anonymous]) == {"expired": 1}
    assert store.aside.counts() == {"expired": 3}


def test_our_own_rejections_are_not_told(store: AnyStore) -> None:
    """What the analytics rejected is in the ledger; what another consumer rejected is not."""
    store.apply([Message(1, BAD, "malo")])

    ours = Message(2, BAD, "malo", deaths=[death("rejected")])
    foreign = Message(3, GOOD, "ajeno", deaths=[death("rejected")])

    assert store.aside.count([ours, foreign]) == {"rejected": 1}


def test_copies_wait_until_they_are_published(store: AnyStore) -> None:
    """A rejected message with a forged header is kept, once, whatever comes again."""
    forged = Message(1, BAD, "forjado", "cliente", deaths=["no table"])
    tally = store.apply([forged, Message(2, BAD, "malo")]).counted
    store.apply([forged])

    copies, waiting = store.aside.copies(10)

    assert tally.to_reject == {2}
    assert [(c.body, c.message_id, c.client) for c in copies] == [(BAD, "forjado", "cliente")]
    assert waiting == 1
    assert store.aside.forget_copies([copies[0].n]) == 0


def test_a_copy_is_the_message_that_it_copies(store: AnyStore) -> None:
    """Bytes that are no text stay these bytes, and differ from the text that shows them."""
    byte, text = UndecodedText(b"\xff"), "\\xff"
    store.apply([Message(1, BAD, byte, byte, byte, deaths=[]), Message(2, BAD, text, deaths=[])])
    store.apply([Message(3, BAD, "cabecera", b"\xff", deaths=[])])  # as pamqp reads a header

    (first, second, third), _ = store.aside.copies(10)

    sent = [
        each.encode()
        for each in (first.message_id, first.client, first.app_id)
        if isinstance(each, str)
    ]
    assert sent == [b"\xff"] * 3
    assert isinstance(third.client, str) and third.client.encode() == b"\xff"
    assert second.message_id == text
    assert second.message_id.encode() == rb"\xff"


def test_copies_have_a_bound(store: AnyStore) -> None:
    """With too many of them waiting counting pauses, and goes on once they are published."""
    large = b"x" * (1 << 20)
    count = MAX_BYTES // len(large) + 1
    store.apply([Message(n, large, str(n), deaths=[]) for n in range(count)])

    with pytest.raises(StoreUnavailableError, match="wait for the broker"):
        store.apply([Message(1, BAD, "forjado", deaths=[])])

    store.apply([Message(1, GOOD, "bueno")])
    copies, _ = store.aside.copies(count)
    store.aside.forget_copies([copy.n for copy in copies])
    assert store.apply([Message(1, BAD, "forjado", deaths=[])]).counted.to_copy


def test_an_id_that_no_message_can_carry_is_left_out(store: AnyStore) -> None:
    """It was no text, and became longer when it was read."""
    store.apply([Message(1, BAD, "\\xff" * 100, deaths=[])])

    ((copy,), _) = store.aside.copies(1)

    assert copy.message_id is None


def test_a_probe_needs_several_refusals() -> None:
    """In a row, and over some seconds: only then does it say that the broker refuses all."""
    probe = WriteProbe()

    assert not any(probe.refused(0.0) for _ in range(2 * LEAST))
    assert probe.refused(SECONDS)
    probe.taken()
    assert not probe.refused(2 * SECONDS)


def refuse_long(probe: LoginProbe, start: float = 0.0) -> bool:
    """Refuse logins often and long enough; return whether it is noticed."""
    return [probe.refused(start + n * SECONDS) for n in range(LEAST)][-1]


def test_accounts_that_died_are_noticed() -> None:
    """A broker that let us in, and then refuses our logins, with something of ours untaken."""
    probe = LoginProbe()
    probe.published()

    assert not any(probe.refused(0.0) for _ in range(2 * LEAST))
    assert probe.refused(SECONDS)


def test_a_changed_password_is_no_dead_log() -> None:
    """From the start, or after a session that had all it published taken: restarts won't help."""
    probe = LoginProbe()
    assert not refuse_long(probe)

    probe.published()
    probe.answered()
    assert not refuse_long(probe)


def test_a_restart_is_asked_for_once() -> None:
    """The node that comes back is new: if it still refuses us, that has another reason."""
    probe = LoginProbe()
    probe.published()
    assert refuse_long(probe)

    probe.away()
    assert not refuse_long(probe, 100.0)


def test_a_login_ends_earlier_refusals() -> None:
    """Those of a minute ago don't count with the next."""
    probe = LoginProbe()
    probe.published()
    assert not any(probe.refused(0.0) for _ in range(LEAST - 1))

    probe.published()
    assert not probe.refused(SECONDS)
