"""What a request asks for, in each form that it may have."""

from __future__ import annotations

import pytest

from comun.web.request_target import in_origin_form, is_spoken


@pytest.mark.parametrize(
    ("target", "path", "host"),
    [
        (b"/a%20b", "/a b", b"localhost"),
        (b"http://otro:1/a%20b", "/a b", b"otro:1"),
        (b"HTTPS://otro", "/", b"otro"),
        (b"http://otro/http://x/", "/http://x/", b"otro"),
        (b"http://a%2fb/c", "/c", b"a%2fb"),
        (b"http:///a", "http:///a", b"localhost"),
        (b"*", "*", b"localhost"),
    ],
)
def test_the_host_of_the_target_counts(target: bytes, path: str, host: bytes) -> None:
    """Without one in it, nothing is changed; what is encoded in the host stays so."""
    headers = [(b"host", b"localhost"), (b"x", b"y")]
    before = target.decode().replace("%20", " ")
    scope = {"path": before, "raw_path": target, "headers": headers, "method": "GET"}

    found = in_origin_form(scope)

    assert (found["path"], found["method"]) == (path, "GET")
    assert sorted(found["headers"]) == [(b"host", host), (b"x", b"y")]


def test_what_is_no_request_has_no_target() -> None:
    """The events of ASGI that start and stop an application pass."""
    assert in_origin_form({"type": "lifespan"}) == {"type": "lifespan"}


@pytest.mark.parametrize(
    ("version", "spoken"),
    [("1.0", True), ("1.1", True), ("1.2", True), ("2", True), ("2.0", False), ("0.9", False)],
)
def test_versions(version: str, spoken: bool) -> None:
    """A later minor version is HTTP/1.1 to us; 2.0 is what HTTP/2 never calls itself."""
    assert is_spoken({"http_version": version}) == spoken
