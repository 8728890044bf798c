"""A question to the analytics service, or to a panel that reads from it, and how it came back."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import NamedTuple

import httpx

from comun.service_answer import InvalidAnswerError
from messages.descent import Descent, descent_of
from reading.kept_report import KeptReport

ANSWER_WITHIN = 5.0  # seconds, for an answer that comes in drips


class NothingYetError(InvalidAnswerError):
    """A panel answers that has read nothing yet."""


class CircleError(InvalidAnswerError):
    """What is read here comes from this panel itself."""


class Told(NamedTuple):
    answer: httpx.Response
    came: Descent


class Source:
    def __init__(self, url: str, kept: KeptReport) -> None:
        """*kept* learns through which panels the answers come."""
        self.url, self._kept = url, kept

    async def ask(self, client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> Told:
        """Raises InvalidAnswerError, TimeoutError and httpx.HTTPError."""
        async with asyncio.timeout(ANSWER_WITHIN):
            answer = await client.get(path, headers=headers)
        came = descent_of(answer.headers)
        self._refuse_a_circle(came, answer.status_code)
        if answer.status_code == HTTPStatus.NOT_MODIFIED and "If-None-Match" in headers:
            return Told(answer, came)
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE and came.panels:
            raise NothingYetError(f"the panel at {self.url} has read nothing yet")
        if answer.status_code != HTTPStatus.OK:
            raise InvalidAnswerError(f"{path} answered {answer.status_code}")
        return Told(answer, came)

    def _refuse_a_circle(self, came: Descent, status: int) -> None:
        """
        Who finds itself among them says so to all that ask it (508), until another answer comes.

        What of the circle finds that out first is chance, and may be all of it.
        """
        if status == HTTPStatus.LOOP_DETECTED:
            raise CircleError(
                self._kept.circle or f"the panel at {self.url} is one of several in a circle"
            )
        self._kept.panels, self._kept.circle = came.panels, ""
        if self._kept.name not in came.panels:
            return
        self._kept.panels = ()
        self._kept.circle = (
            f"REPORTE_URL={self.url} leads back to this panel, through {len(came.panels) - 1} more:"
            " one of them must read from the analytics service"
        )
        raise CircleError(self._kept.circle)
