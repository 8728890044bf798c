"""What a lost, refusing or frozen broker looks like through aio-pika, made one error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import aiormq
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from publishing.delivery_status import Trouble


class BrokerAwayError(ConnectionError):
    """The connection is of no more use. What was in flight may have arrived or not."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(detail)
        self.trouble, self.detail = trouble, detail


@contextmanager
def broker_errors() -> Iterator[None]:
    """Raises BrokerAwayError for everything that aio-pika raises when a connection is lost."""
    try:
        yield
    except BrokerAwayError:
        raise
    except CONNECTION_EXCEPTIONS as error:
        raise away(error) from error
    except asyncio.CancelledError as error:
        # aiormq cancels whoever waits for an answer of a broker that froze.
        if cancelled_by_us():
            raise
        raise away(error) from error
    except Exception as error:
        # aiormq raises a bare Exception when the stream ends between two frames.
        if type(error) is not Exception:
            raise
        raise away(error) from error


def cancelled_by_us() -> bool:
    """Whether the running task was told to end, by a stop or by its TaskGroup."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def first_trouble(group: ExceptionGroup[BrokerAwayError]) -> tuple[Trouble, str]:
    error = group.exceptions[0]
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error.trouble, error.detail


def away(why: BaseException | None) -> BrokerAwayError:
    return BrokerAwayError(*_diagnose(why))


def _diagnose(why: BaseException | None) -> tuple[Trouble, str]:
    match why:
        case aiormq.AuthenticationError() | aiormq.ProbableAuthenticationError():
            return Trouble.LOGIN, str(why)
        case aiormq.ConnectionNotAllowed():
            return Trouble.LOGIN, str(why)
        case aiormq.InvalidFrameError() if "OpenOk" in str(why):
            # How aiormq puts it that the broker refused the virtual host.
            return Trouble.LOGIN, "virtual host refused"
        case aiormq.ChannelAccessRefused():
            return Trouble.DENIED, str(why)
        case aiormq.ChannelNotFoundEntity():
            return Trouble.NO_EXCHANGE, str(why)
        case aiormq.ChannelPreconditionFailed():
            return Trouble.MISMATCH, str(why)
        case TimeoutError():
            return Trouble.SILENT, "no answer in time"
        case asyncio.CancelledError():
            return Trouble.SILENT, "heartbeats missed"
        case aiormq.ChannelInvalidStateError() | None:
            return Trouble.AWAY, "connection closed"
    return Trouble.AWAY, str(why) or "connection closed"
