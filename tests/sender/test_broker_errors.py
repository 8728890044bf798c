import asyncio

import aiormq
import pytest

from publishing.broker_errors import BrokerAwayError, broker_errors
from publishing.delivery_status import Trouble


async def wait_for(answer: asyncio.Future[None]) -> None:
    with broker_errors():
        await answer


async def test_cancellation_by_the_library_is_a_lost_broker() -> None:
    """aiormq puts a CancelledError into the futures of a frozen connection; it must end nobody."""
    answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    answer.set_exception(asyncio.CancelledError())

    with pytest.raises(BrokerAwayError, match="heartbeats missed") as caught:
        await wait_for(answer)

    assert caught.value.trouble is Trouble.SILENT


async def test_our_own_cancellation_stays_one() -> None:
    """A task that is told to end ends, whatever it was waiting for."""
    task = asyncio.create_task(wait_for(asyncio.get_running_loop().create_future()))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (Exception(), Trouble.AWAY),
        (ConnectionResetError("reset"), Trouble.AWAY),
        (RuntimeError("channel closed"), Trouble.AWAY),
        (TimeoutError(), Trouble.SILENT),
        (aiormq.ChannelPreconditionFailed("other type"), Trouble.MISMATCH),
        (aiormq.ChannelAccessRefused("no write"), Trouble.DENIED),
        (aiormq.ChannelNotFoundEntity("no exchange"), Trouble.NO_EXCHANGE),
        (aiormq.ProbableAuthenticationError("refused"), Trouble.LOGIN),
        (aiormq.AMQPConnectionError(), Trouble.AWAY),
    ],
)
def test_each_error_has_its_trouble(error: Exception, trouble: Trouble) -> None:
    """Whatever the library raises becomes one error that says what a person can do."""
    with pytest.raises(BrokerAwayError) as caught, broker_errors():
        raise error

    assert caught.value.trouble is trouble
    assert str(caught.value)


def test_our_own_mistakes_are_not_hidden() -> None:
    """A mistake of ours ends the process; it is no lost broker."""
    with pytest.raises(KeyError), broker_errors():
        raise KeyError("a bug")
