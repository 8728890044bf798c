import pytest

import fault_points


@pytest.mark.parametrize(
    "setting", ["nowhere:1", "before_commit", "before_commit:0", "before_commit:x"]
)
def test_unknown_places(setting):
    """A place that does not exist is named at start, not silently never reached."""
    with pytest.raises(ValueError, match="FAULT_POINT"):
        fault_points.armed(setting)


def test_other_places_are_passed():
    """An armed place does nothing elsewhere, nor before its count."""
    reach = fault_points.armed("before_commit:2")

    reach("after_commit")
    reach("before_commit")
