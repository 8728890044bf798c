import pytest

from push.pace import GAP, gap_after


@pytest.mark.parametrize("took", [0.0, 0.001, 0.0125, 0.02, 0.04, 1.0])
def test_pushing_takes_half_of_the_time_at_most(took: float) -> None:
    """Two pushes start at least 25 ms apart, and no more than half of the time is pushing."""
    gap = gap_after(took)

    assert gap >= GAP
    assert took / gap <= 0.5


def test_a_quick_push_leaves_the_gap_as_it_is() -> None:
    """While pushing is cheap, the gap alone decides."""
    assert gap_after(0.005) == pytest.approx(0.025)
