import json
from random import Random

import hypothesis.strategies as st
from hypothesis import example, given, settings

from messages.deltas import Deltas, Update
from messages.frames import MAX_PAYLOAD
from messages.shown import MAX_SHOWN, shown_of
from tests.panel.conftest import ReportOf, ViewerModel
from tests.panel.news import news

HUGE = 2**53 - 1
# From one byte to the most that a code point can take: four, two escaped, six escaped.
names = st.text(st.sampled_from('añ😀"\\\x01\u2028'), min_size=1, max_size=64)
widest = st.text(st.sampled_from("😀\x01"), min_size=60, max_size=64)


def many(name: str, count: int, size: int) -> dict[str, int]:
    return {f"{i:03}{name * 61}": size for i in range(count)}


def test_shows_the_largest_and_sums_the_rest(report_of: ReportOf) -> None:
    """The 200 largest clients are shown (ties by name), and everything else is in otros."""
    clientes = {f"c{i:03}": 1000 - i // 2 for i in range(300)}

    shown = shown_of(report_of(clientes, hidden=7)).snapshot

    assert list(shown.clientes) == [f"c{i:03}" for i in range(MAX_SHOWN)]
    assert shown.otros.clientes == 101
    assert shown.total == sum(shown.clientes.values()) + shown.otros.total


@given(
    st.dictionaries(names | widest, st.integers(0, HUGE // 1000), max_size=300),
    st.dictionaries(names | widest, st.just(0), max_size=100),
)
@example(many("\x01", 300, HUGE // 1000), dict.fromkeys(many("\x01", 100, 0), 0))
@example(many("😀", 1000, HUGE // 1000), dict.fromkeys(many("😀", 100, 0), 0))
@example(many("a", 1000, 1), {})
@settings(max_examples=200)
def test_a_snapshot_always_fits(
    report_of: ReportOf, clientes: dict[str, int], eventos: dict[str, int]
) -> None:
    """No names and counts make a frame of 64 KB, and no client is left out without need."""
    shown, encoded = shown_of(report_of(clientes, hidden=3, eventos=eventos))

    assert len(encoded) <= MAX_PAYLOAD
    assert shown.total == sum(shown.clientes.values()) + shown.otros.total
    expected = min(len(clientes), MAX_SHOWN)
    assert len(shown.clientes) == expected or len(encoded) > MAX_PAYLOAD - 600


def test_a_change_always_fits(report_of: ReportOf) -> None:
    """When 200 names leave and 200 come that together are too long, the change is a snapshot."""
    deltas = Deltas()
    deltas.advance(report_of(many("😀", 200, 5)))

    update = news(deltas, report_of(many("ñ", 200, 6) | many("😀", 200, 5), version=2))
    larger = news(deltas, report_of(many("🚀", 200, 7) | many("ñ", 200, 6), version=3))

    assert update.change is None or len(update.change) <= MAX_PAYLOAD
    assert larger.change is None
    assert len(larger.snapshot) <= MAX_PAYLOAD


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, int, dict[str, int]]]:
    """What reports are made of: counts only grow, unless another epoca begins."""
    clientes: dict[str, int] = {}
    history = []
    epoca = 0
    for version in range(1, draw(st.integers(2, 12))):
        if draw(st.integers(0, 9)) == 0:
            epoca, clientes = epoca + 1, {}
        for name in draw(st.lists(st.integers(0, 400), max_size=60)):
            key = f"c{name}"
            clientes = clientes | {key: clientes.get(key, 0) + draw(st.integers(1, 9))}
        history.append((f"e{epoca}", version, clientes))
    return history


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_every_viewer_holds_the_report_after_every_message(
    viewer_model: type[ViewerModel],
    report_of: ReportOf,
    history: list[tuple[str, int, dict[str, int]]],
    random: Random,
) -> None:
    """However often a viewer is skipped, a change or the snapshot brings it to the report."""
    deltas = Deltas()
    viewers = [viewer_model() for _ in range(4)]
    skipped = set(range(4))  # they have nothing yet
    for epoca, version, clientes in history:
        eventos = {"clic": sum(clientes.values())}
        report = report_of(clientes, epoca=epoca, version=version, eventos=eventos)
        update = news(deltas, report)
        for i, viewer in enumerate(viewers):
            if random.random() < 0.3:
                skipped.add(i)
                continue
            viewer.receive(message_for(update, i in skipped))
            skipped.discard(i)
            expected = json.loads(shown_of(report).encoded)
            assert viewer.state == {k: v for k, v in expected.items() if k != "tipo"}


def message_for(update: Update, lost_its_place: bool) -> bytes:
    if lost_its_place or update.change is None:
        return update.snapshot
    return update.change
