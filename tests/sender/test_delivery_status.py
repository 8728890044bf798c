import logging
import time
from collections.abc import Callable

import pytest

from publishing.delivery_status import DeliveryStatus, Trouble

Lines = Callable[[], list[str]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """The log so far, one text for each line; the durations cut out."""
    caplog.set_level(logging.INFO, logger="sender")

    def read() -> list[str]:
        return [record.getMessage().partition(" after ")[0] for record in caplog.records]

    return read


def test_each_change_is_said_once(lines: Lines) -> None:
    """An outage of many attempts is two lines: it began, it ended."""
    status = DeliveryStatus("eventos_clientes")
    status.opened(0)
    for _ in range(3):
        status.confirmed(0)
    for pending in range(5):
        status.in_trouble(Trouble.AWAY, "refused", pending)
    for _ in range(3):
        status.confirmed(4)

    assert lines() == [
        "listo: publishing to eventos_clientes",
        "the broker is away (refused); events that wait: 0",
        "delivering again",
    ]


def test_a_connection_alone_is_no_recovery(lines: Lines) -> None:
    """A broker under an alarm takes connections and confirms nothing: that stays one trouble."""
    status = DeliveryStatus("eventos_clientes")
    status.opened(0)
    for _ in range(3):
        status.in_trouble(Trouble.SILENT, "no answer in time", 7)
        status.opened(7)

    assert status.trouble is Trouble.SILENT
    assert len(lines()) == 2


def test_a_connection_with_nothing_to_send_is_a_recovery(lines: Lines) -> None:
    """When nothing waits there is no confirmation to wait for."""
    status = DeliveryStatus("eventos_clientes")
    status.opened(0)
    status.in_trouble(Trouble.AWAY, "refused", 0)
    status.opened(0)

    assert status.trouble is None
    assert lines()[-1] == "connected again"


def test_another_trouble_is_said(lines: Lines) -> None:
    """A broker that comes back without a queue is another trouble than one that is away."""
    status = DeliveryStatus("eventos_clientes")
    status.in_trouble(Trouble.AWAY, "refused", 1)
    status.opened(1)
    status.in_trouble(Trouble.UNROUTABLE, "returned", 1)

    assert lines() == [
        "the broker is away (refused); events that wait: 1",
        "listo: publishing to eventos_clientes",
        "no queue is bound to the exchange; the analytics will declare its own (returned);"
        " events that wait: 1",
    ]


def test_a_full_outbox_is_said_once(lines: Lines) -> None:
    """An outbox that stays nearly full is said when it fills and when it has halved."""
    status = DeliveryStatus("eventos_clientes")
    for _ in range(3):
        status.full(10)
        status.confirmed(9)
    status.confirmed(5)
    status.confirmed(4)

    assert lines() == [
        "the outbox is full, publishing waits; events that wait: 10",
        "the outbox has room again; events that wait: 5",
    ]


def test_what_others_will_end_is_a_warning_when_it_lasts(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that starts at the same time is none, unless it takes long; each is said once."""
    caplog.set_level(logging.INFO, logger="sender")
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    status = DeliveryStatus("eventos_clientes")

    def levels_of(trouble: Trouble) -> list[str]:
        caplog.clear()
        for _ in range(3):
            status.in_trouble(trouble, "refused", 0)
        return [record.levelname for record in caplog.records]

    assert levels_of(Trouble.LOGIN) == ["WARNING"]
    assert levels_of(Trouble.AWAY) == ["INFO"]
    now += 61.0
    assert levels_of(Trouble.AWAY) == ["WARNING"]
    status.opened(1)
    assert levels_of(Trouble.UNROUTABLE) == ["INFO"]
    status.confirmed(0)
    assert levels_of(Trouble.UNROUTABLE) == ["WARNING"]
