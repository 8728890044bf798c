import logging

import pytest

from counting.counted import Rejected
from decoding.message import Message
from live.reject_log import RejectLog


def test_a_flood_writes_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    """100,000 rejected messages with newlines everywhere write few lines, and forge none."""
    log = RejectLog()
    evil = Message(1, b"x\nFORGED line", "id\nFORGED")
    with caplog.at_level(logging.WARNING):
        for second in range(100):
            log.report([Rejected(evil, "cliente:\nFORGED")] * 1000, now=second)

    assert len(caplog.records) <= 10 * 11
    assert "left out" in caplog.text or "more, not written out" in caplog.text
    assert not any("\n" in record.getMessage() for record in caplog.records)
