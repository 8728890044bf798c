"""What a body calls itself, and the ids of its messages."""

from http import HTTPStatus

import pytest
from werkzeug.datastructures import Headers

from intake.access.problem import ProblemError
from intake.bodies.media import OFFERED, Kind, is_packed, kind_of
from intake.ids import ids_of


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, Kind.JSON),
        ({"Content-Type": "application/json; charset=UTF-8"}, Kind.JSON),
        ({"Content-Type": "Application/X-WWW-Form-Urlencoded"}, Kind.JSON),
        ({"Content-Type": "text/plain; charset=UTF-8"}, Kind.JSON),
        ({"Content-Type": "text/plain; charset=us-ascii"}, Kind.JSON),
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
        {"Content-Type": "text/html"},
        {"Content-Type": "application/jsonx"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/cloudevents+avro", "ce-id": "1"},
    ],
)
def test_unknown_media_is_415(headers: dict[str, str]) -> None:
    """The answer says what would be taken."""
    with pytest.raises(ProblemError) as error:
        kind_of(Headers(headers))

    assert error.value.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    assert error.value.headers == {"Accept-Post": OFFERED}


@pytest.mark.parametrize(
    ("encodings", "packed"),
    [([], False), (["identity"], False), (["GZip"], True), (["x-gzip"], True)],
)
def test_a_body_may_be_packed(encodings: list[str], packed: bool) -> None:
    """As gzip, by whatever name HTTP has for it."""
    assert is_packed(Headers([("Content-Encoding", each) for each in encodings])) is packed


@pytest.mark.parametrize("encodings", [["br"], ["gzip, gzip"], ["gzip", "gzip"], [""]])
def test_another_encoding_is_415(encodings: list[str]) -> None:
    """The answer says which would be taken."""
    with pytest.raises(ProblemError) as error:
        is_packed(Headers([("Content-Encoding", each) for each in encodings]))

    assert error.value.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    assert error.value.headers == {"Accept-Encoding": "gzip, identity"}


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
