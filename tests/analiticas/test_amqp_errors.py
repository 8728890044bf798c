import aiormq
import pytest

from broker.amqp_errors import ConsumerGivesUpError, SessionLostError, broker_errors, gravest
from database.failures import CommitFailedError


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError("reset"),
        TimeoutError(),
        aiormq.ChannelInvalidStateError("closed"),
        aiormq.ChannelClosed(504, "closed"),
        RuntimeError("<Connection> closed"),
        Exception(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_lost_connections(error: Exception) -> None:
    """Whatever aiormq raises when a connection ends is a lost session."""
    with pytest.raises(SessionLostError), broker_errors():
        raise error


@pytest.mark.parametrize(
    "error", [CommitFailedError("disk"), ConsumerGivesUpError("queue"), ValueError("a bug")]
)
def test_everything_else_goes_through(error: Exception) -> None:
    """A failed commit, a reason to give up or a bug is never taken for a lost session."""
    with pytest.raises(type(error)), broker_errors():
        raise error


def test_the_gravest_decides() -> None:
    """Of several errors at once the one that is no lost session decides."""
    lost, failed = SessionLostError("gone"), CommitFailedError("disk")

    assert gravest(BaseExceptionGroup("", [lost, BaseExceptionGroup("", [failed])])) is failed
    assert gravest(BaseExceptionGroup("", [lost])) is lost
