"""A disk without room pauses counting before anything is written."""

from pathlib import Path

import pytest

from counting.totals import IdWindow
from database.failures import StoreUnavailableError
from decoding.message import Message
from sqlite import writable
from sqlite.file_store import open_store


def test_without_room_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused as something that may go better later, and then it does."""
    opened = open_store(tmp_path / "pulso.db", IdWindow(60, 1000))
    message = Message(1, b'{"cliente": "a"}', "1")
    with monkeypatch.context() as scarce:
        scarce.setattr(writable, "FREE_BYTES", 1 << 60)
        with pytest.raises(StoreUnavailableError, match="MB are free"):
            opened.apply([message])

    assert opened.apply([message]).version == 1
    opened.close()
