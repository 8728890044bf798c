"""The figures of `make bench-ingest` count every event, from when it was due."""

from collections import Counter

import pytest

from event_mix import TYPES, Mix, beginnings, counts
from schedule import MS, Schedule, latencies, schedule_of


def test_every_event_counts_from_its_own_slot():
    """A push that includes two slots makes the events of the earlier one later."""
    schedule = Schedule(start_ns=0, slot_ns=MS, per_slot=10, slots=3)

    histogram, unseen = latencies(schedule, 100, [(4 * MS, 115), (7 * MS, 130)])

    found = {
        each.value_iterated_to: each.count_added_in_this_iter_step
        for each in histogram.get_recorded_iterator()
    }
    near = Counter({round(us / 1000): n for us, n in found.items()})
    assert near == {4: 10, 3: 5, 6: 5, 5: 10}
    assert unseen == 0


def test_a_stall_is_not_left_out():
    """While nothing is shown, all that was due meanwhile is late by its share of the stall."""
    schedule = schedule_of(1000, 1)

    histogram, _ = latencies(schedule, 0, [(999 * MS, 1000)])

    assert histogram.get_total_count() == 1000
    assert histogram.get_value_at_percentile(50) == pytest.approx(500_000, rel=0.01)
    assert histogram.get_max_value() == pytest.approx(999_000, rel=0.01)


def test_what_no_push_included_is_told():
    """Events that a viewer never saw are counted beside the figures."""
    histogram, unseen = latencies(schedule_of(100, 1), 5, [(0, 5), (50 * MS, 65), (60 * MS, 64)])

    assert (histogram.get_total_count(), unseen) == (60, 40)


@pytest.mark.parametrize(("rate", "slot_ns", "per_slot"), [(100, 10 * MS, 1), (8000, MS, 8)])
def test_slots_hold_whole_events(rate, slot_ns, per_slot):
    """Slots are 1 ms, or as far apart as single events are."""
    schedule = schedule_of(rate, 2)

    assert (schedule.slot_ns, schedule.per_slot) == (slot_ns, per_slot)
    assert schedule.events == 2 * rate


@pytest.mark.parametrize("rate", [0, 300, 1500])
def test_a_rate_that_does_not_divide_is_refused(rate):
    """A rate that slots can't hold would be another rate."""
    with pytest.raises(ValueError, match=str(rate)):
        schedule_of(rate, 1)


@pytest.mark.parametrize("events", [0, 7, (1 << 16) + 7])
def test_expected_counts_are_those_of_what_is_published(events):
    """The counts that the report is compared with are made like the bodies, round after round."""
    sequence = Mix(50).sequence()
    bodies = beginnings(sequence)
    names = [bodies[n % len(bodies)].split(b'"')[3].decode() for n in range(events)]

    assert counts(sequence, events) == Counter(names)


def test_an_event_has_about_80_bytes():
    """The event that the figures are about: a client, one of five types and a time."""
    stamp = b'2026-11-24T07:00:00.123Z"}'
    sizes = [len(each + stamp) for each in beginnings(Mix(50).sequence())]

    assert len(TYPES) == 5
    assert 76 <= min(sizes) <= max(sizes) <= 84
