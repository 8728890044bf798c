from __future__ import annotations

import uuid_utils
from werkzeug.datastructures import Headers

from intake.access.problem import bad_request
from intake.bodies.parts import part_id

LONGEST_KEY = 255


class Ids:
    """The message ids of one request: made of its Idempotency-Key, or new ones."""

    def __init__(self, owner: str, key: str | None) -> None:
        self._owner, self._key = owner, key

    @property
    def repeatable(self) -> bool:
        """Whether the same request, sent again, would get the same ids."""
        return self._key is not None

    def of_part(self, number: int) -> str:
        if self._key is None:
            return str(uuid_utils.uuid7())
        return part_id(self._owner, self._key, number)


def ids_of(headers: Headers, owner: str) -> Ids:
    """Raises ProblemError (400) for an Idempotency-Key that is none."""
    given = headers.getlist("Idempotency-Key")
    if not given:
        return Ids(owner, None)
    key = given[0].strip()
    if (
        len(given) > 1
        or not 1 <= len(key) <= LONGEST_KEY
        or not (key.isascii() and key.isprintable())
    ):
        raise bad_request(
            f"Idempotency-Key: must be given once, with 1 to {LONGEST_KEY} printable ASCII"
            " characters, like a UUID"
        )
    return Ids(owner, key)
