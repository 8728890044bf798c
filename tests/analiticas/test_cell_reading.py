import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoding import cell_reading
from decoding.cell_reading import CellReader
from decoding.event_decoding import NotCountableError, decode

OTHERWISE = 1795503600.5
TIMES = st.one_of(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    st.datetimes().map(lambda d: d.isoformat()),
    st.datetimes(timezones=st.timezones()).map(lambda d: d.isoformat()),
    st.integers(0, 2 * 10**12),
    st.from_regex(
        r"20\d\d-?\d\d-?\d\d[Tt ]?\d\d:?\d\d(:?\d\d([.,]\d{1,9})?)?( ?[-+]\d\d(:?\d\d)?|Z)?",
        fullmatch=True,
        alphabet=st.characters(max_codepoint=127),
    ),
    st.sampled_from(
        [
            10**30,
            "1795503600",
            "2026-11-24T07:00:00.123456789Z",
            "2026-11-24 07:00:00z",
            "2026-11-24T23:59:60Z",
            "2026-11-24T07:00Z",
            -(10**400),
            "0001-01-01T00:00:00+14:00",
            "2026-11-24",
            f"2026-11-24T07:00:00.{'0' * 300}Z",
        ]
    ),
)
NAMES = st.one_of(
    st.none() | st.integers() | st.text(max_size=70),
    st.sampled_from(["a", " a ", "jose\u0301", "\x00", "\ud800", " " * 300 + "a"]),
)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "cliente": NAMES,
        "evento": NAMES,
        "timestamp": TIMES,
        "metadata": st.just({"x": 1}),
        "otro": st.just(1),
    },
)
READER = CellReader()


@given(EVENTS | st.lists(EVENTS, max_size=4), NAMES, st.none() | st.text(max_size=3))
def test_cells_are_what_decoding_says(value: object, header: object, app_id: str | None) -> None:
    """Read fast or decoded with care, a message has the same events, or the same fault."""
    body = json.dumps(value).encode()
    try:
        events = decode(body, header, app_id)
    except NotCountableError as error:
        with pytest.raises(NotCountableError) as raised:
            READER.read(body, header, app_id, OTHERWISE)
        assert str(raised.value) == str(error)
        return
    times = [OTHERWISE if e.timestamp is None else e.timestamp for e in events]

    read = READER.read(body, header, app_id, OTHERWISE)

    assert read.cells == [(e.cliente, e.evento, int(t)) for e, t in zip(events, times, strict=True)]
    assert read.sent == times[0]


def test_what_a_message_says_outside_its_body_is_its_own() -> None:
    """Client and time from outside the body never pass on to the next message."""
    reader = CellReader()

    first = reader.read(b"{}", "uno", None, 1.0)
    second = reader.read(b"{}", None, "dos", 2.0)

    assert first.cells + second.cells == [("uno", "evento", 1), ("dos", "evento", 2)]
    with pytest.raises(NotCountableError, match="neither"):
        reader.read(b"{}", None, None, 3.0)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many names and times arrive, only so many are remembered."""
    monkeypatch.setattr(cell_reading, "CACHED_NAMES", 10)
    monkeypatch.setattr(cell_reading, "CACHED_TIMES", 10)
    reader = CellReader()

    for n in range(100):
        body = json.dumps({"cliente": f"c{n}", "evento": f"e{n}", "timestamp": n}).encode()
        read = reader.read(body, None, None, 0)
        assert read.cells == [(f"c{n}", f"e{n}", n)]

    remembered = (reader._clientes, reader._eventos, reader._seconds)
    assert all(len(cache) <= 10 for cache in remembered)
