import logging
from collections.abc import Set

import pytest

from counting.tally import count
from decoding.message import Message
from live.hint_log import HintLog


def untyped(*bodies: bytes) -> Set[str]:
    return count([Message(n, body) for n, body in enumerate(bodies)], {}).untyped


def test_a_type_under_another_name_is_noticed() -> None:
    """Of events that name no `evento`, but an `event` or a `type`, the clients are known."""
    counted = untyped(
        b'{"cliente":"a","event":"compra"}',
        b'[{"cliente":"a","type":"x"},{"cliente":"b","event":"x"},{"cliente":"b","evento":"x"}]',
        b'{"cliente":"c","evento":"clic","event":"compra"}',
        b'{"cliente":"c","event":7}',
        b'{"cliente":"c","otro":"compra"}',
        b'{"cliente":7,"event":"compra"}',
    )

    assert counted == {"a", "b"}


def test_each_client_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """One line a client, of a hundred at most, whatever the name."""
    log = HintLog()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            log.report([f"c{n}\n" for n in range(200)])

    assert len(caplog.messages) == 100
    assert all("\n" not in message for message in caplog.messages)
    assert "'event' or 'type'" in caplog.messages[0]
