from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counting import leading
from counting.leading import Leading, rank

NAMES = st.sampled_from("abcdefghijklmnopqrst")
BATCHES = st.lists(st.dictionaries(NAMES, st.integers(1, 3), max_size=6), max_size=40)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leading, "MOST", 6)


@given(BATCHES, st.integers(0, 40))
def test_the_first_are_exact(batches: list[dict[str, int]], restart_after: int) -> None:
    """After any batches, ties and a restart included, the first are those of a full sort."""
    exact: Counter[str] = Counter()
    led = Leading()
    for number, added in enumerate(batches):
        led.add(added, dict(exact))
        exact.update(added)
        if number == restart_after:
            stored = sorted(exact.items(), key=rank)[:3]
            led = Leading(stored, others=len(stored) == 3)
            led.names = len(exact)

        assert led.first(3) == dict(sorted(exact.items(), key=rank)[:3])
        assert list(led.first(3)) == [name for name, _ in sorted(exact.items(), key=rank)[:3]]
        assert led.names == len(exact)
        assert len(led) <= 6


def test_a_name_that_was_left_out_comes_back() -> None:
    """A name is told with all that was counted of it, once it leads again."""
    led = Leading((name, 10) for name in "abcdefg")
    assert "g" not in led

    led.add({"g": 1}, {"g": 10})

    assert led.first(1) == {"g": 11}
