from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import aiormq


class SessionLostError(ConnectionError):
    """The channel that delivered the messages is gone; the broker will deliver them again."""


class NoQueueError(SessionLostError):
    """A queue is not there that somebody else declares."""


class ConsumerGivesUpError(RuntimeError):
    """Trying again would not help; the text says what a person must do."""


class UntrustedError(aiormq.AMQPConnectionError):
    """There is no encrypted connection to a node; the text says what a person must do."""


Lost = (aiormq.AMQPError, aiormq.ChannelInvalidStateError, OSError)


def is_lost(error: BaseException) -> bool:
    """Whether this is what a lost connection looks like, from wherever it is noticed."""
    # aiormq raises a bare Exception when the stream ends between two frames, and RuntimeError
    # on a connection that is closed already.
    return isinstance(error, Lost) or type(error) in (Exception, RuntimeError)


@contextmanager
def broker_errors() -> Iterator[None]:
    """Raises SessionLostError for everything that a lost connection may raise."""
    try:
        yield
    except Exception as error:
        if isinstance(error, SessionLostError) or not is_lost(error):
            raise
        raise SessionLostError(describe(error)) from error


def nobody_listens(lost: BaseException) -> bool:
    """Whether there was no connection at all: what a broker says is a subclass."""
    return type(lost.__cause__) is aiormq.AMQPConnectionError


def is_silence(error: BaseException | None) -> bool:
    """Whether a node said nothing: nobody is there, or who is there is frozen."""
    return type(error) is aiormq.AMQPConnectionError or isinstance(error, TimeoutError)


def describe(error: object) -> str:
    return str(error) or type(error).__name__


def cancelled_by_us() -> bool:
    """Whether a CancelledError was meant for this task, and not for what it awaits."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def gravest(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error of a session that decides what happens next: any other before a lost one."""
    _, grave = group.split(is_lost)
    error: BaseException = grave or group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
