from __future__ import annotations

import aiormq


class SessionLostError(ConnectionError):
    """The channel that delivered the messages is gone; the broker will deliver them again."""


class ConsumerGivesUpError(RuntimeError):
    """Trying again would not help; the text says what a person must do."""


Lost = (aiormq.AMQPError, aiormq.ChannelInvalidStateError, OSError)
"""What a lost connection looks like, from wherever it is noticed."""


def describe(error: object) -> str:
    return str(error) or type(error).__name__


def gravest(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error of a session that decides what happens next: any other before a lost one."""
    _, grave = group.split(Lost)
    error: BaseException = grave or group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
