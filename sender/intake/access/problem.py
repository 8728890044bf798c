"""Why a request is refused, and which of its events are to blame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from comun.web.problem import problem_body

LISTED = 20  # faults: enough to see what is wrong; nobody looks for more

RETRY_AFTER = "2"  # seconds


class Fault(NamedTuple):
    """One event that can't be taken. *campo* is empty when the whole event is to blame."""

    indice: int  # 0 for the first event of the request
    campo: str
    motivo: str


class ProblemError(Exception):
    """Ends a request with *status* and a body that says why."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.faults = status, detail, faults
        self.headers = dict(headers or {})

    def body(self) -> bytes:
        further = {"errores": [fault._asdict() for fault in self.faults]} if self.faults else {}
        return problem_body(self.status, self.detail, **further)


def bad_request(detail: str, faults: Sequence[Fault] = ()) -> ProblemError:
    return ProblemError(HTTPStatus.BAD_REQUEST, detail, faults)


def too_large(most: int) -> ProblemError:
    return ProblemError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"body: at most {most} bytes; send it in several requests",
    )


def unavailable(detail: str) -> ProblemError:
    headers = {"Retry-After": RETRY_AFTER}
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=headers)


def shown(given: str) -> str:
    """A value from outside, as it may stand in a sentence."""
    return repr(given[:64])
