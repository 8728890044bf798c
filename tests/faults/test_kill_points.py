import pytest

from sqlite.file_transactions import FileTransactions
from tests.faults import kill_points


@pytest.mark.parametrize(
    "setting", ["nowhere:1", "before_commit", "before_commit:0", "before_commit:x"]
)
def test_unknown_places(setting: str) -> None:
    """A place that does not exist is named at start, not silently never reached."""
    with pytest.raises(ValueError, match="FAULT_POINT"):
        kill_points.armed(setting)


def test_other_places_are_passed() -> None:
    """An armed place does nothing elsewhere, nor before its count."""
    reach = kill_points.armed("before_commit:2")

    reach("after_commit")
    reach("before_commit")


def test_the_seams_are_there() -> None:
    """What is wrapped exists, and is as it was once that is undone."""
    honest = FileTransactions.commit
    with pytest.MonkeyPatch.context() as patch:
        kill_points.install(lambda _: None, patch.setattr)
        assert FileTransactions.commit is not honest

    assert FileTransactions.commit is honest
