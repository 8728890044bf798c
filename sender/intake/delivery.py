"""From messages to the broker's confirm, or to a 503 that says what is known of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from intake.access.problem import ProblemError, unavailable
from intake.recent import RecentIds
from publishing.outbox import Message
from publishing.publisher import Publisher

CONFIRM_SECONDS = 5.0  # a confirm takes some ms; and a stop waits for what is in flight


class Delivery:
    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._recent = RecentIds()

    @property
    def ready(self) -> bool:
        """Whether events would be confirmed now, as far as is known."""
        return self._publisher.connected and self._publisher.trouble is None

    async def deliver(self, messages: Sequence[Message], repeatable: bool) -> None:
        """
        Return once the broker has confirmed all of *messages*, which then will be counted.

        *repeatable* says whether the caller can send the same ids again. Raises ProblemError: 422
        for an id that had another body, 503 when some were not confirmed.
        """
        if not self.ready:
            raise unavailable(
                "the broker takes no events now; this attempt took nothing, try again"
            )
        if repeatable:
            self._claim(messages)
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._send_all(messages)
        except TimeoutError:
            raise unavailable(_unknown(repeatable, "the broker did not confirm in time")) from None
        except OverflowError:
            raise unavailable(_unknown(repeatable, "too much waits for the broker")) from None
        except ConnectionError:
            raise unavailable(_unknown(repeatable, "this service is stopping")) from None

    async def _send_all(self, messages: Sequence[Message]) -> None:
        try:
            async with asyncio.TaskGroup() as sending:
                for message in messages:
                    sending.create_task(self._publisher.send(message))
        except ExceptionGroup as group:
            expected, unexpected = group.split((OverflowError, ConnectionError))
            if expected is None or unexpected is not None:
                raise
            raise expected.exceptions[0] from None

    def _claim(self, messages: Sequence[Message]) -> None:
        conflict = self._recent.first_conflict(messages)
        if conflict is not None:
            raise ProblemError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "Idempotency-Key or CloudEvent id: it was used for something else before"
                f" (message {conflict} of this request); nothing was taken",
            )
        self._recent.remember(messages)


def _unknown(repeatable: bool, why: str) -> str:
    if repeatable:
        return f"{why}; send exactly the same again, and it is counted once"
    return (
        f"{why}, and the events may be counted or not;"
        " with an Idempotency-Key you could send them again, and they were counted once"
    )
