"""What a body calls itself, and the ids of its messages."""

from http import HTTPStatus

import pytest
from werkzeug.datastructures import Headers

from intake_ids import ids_of
from intake_media import OFFERED, Kind, kind_of
from intake_problem import ProblemError


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, Kind.JSON),
        ({"Content-Type": "application/json; charset=UTF-8"}, Kind.JSON),
        ({"Content-Type": "Application/X-WWW-Form-Urlencoded"}, Kind.JSON),
        ({"Content-Type": "application/x-ndjson"}, Kind.NDJSON),
        ({"Content-Type": "application/cloudevents+json; charset=utf-8"}, Kind.CLOUDEVENT),
        ({"Content-Type": "application/cloudevents-batch+json"}, Kind.CLOUDEVENTS),
        ({"Content-Type": "text/xml", "ce-id": "1"}, Kind.CLOUDEVENT_IN_HEADERS),
        ({"ce-specversion": "1.0"}, Kind.CLOUDEVENT_IN_HEADERS),
    ],
)
def test_kind(headers: dict[str, str], kind: Kind) -> None:
    """What a body is, by its headers alone."""
    assert kind_of(Headers(headers)) is kind


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/jsonx"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/cloudevents+avro", "ce-id": "1"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_unknown_media_is_415(headers: dict[str, str]) -> None:
    """The answer says what would be taken."""
    with pytest.raises(ProblemError) as error:
        kind_of(Headers(headers))

    assert error.value.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    assert {"Accept-Post": OFFERED, "Accept-Encoding": "identity"}.items() & (
        error.value.headers.items()
    )


def test_ids_of_a_request() -> None:
    """With an Idempotency-Key always the same, by owner; without one always new."""
    headers = Headers({"Idempotency-Key": "k"})

    assert ids_of(headers, "a").of_part(0) == ids_of(headers, "a").of_part(0)
    assert ids_of(headers, "a").of_part(0) != ids_of(headers, "b").of_part(0)
    assert ids_of(Headers(), "a").of_part(0) != ids_of(Headers(), "a").of_part(0)


@pytest.mark.parametrize("keys", [[""], ["x" * 256], ["ñ"], ["a\tb"], ["a", "a"]])
def test_a_bad_idempotency_key_is_400(keys: list[str]) -> None:
    """One that could mean two things is none."""
    with pytest.raises(ProblemError, match="Idempotency-Key"):
        ids_of(Headers([("Idempotency-Key", key) for key in keys]), "")
