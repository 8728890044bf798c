"""Who may send, and how fast: keys, pages of browsers, rates."""

from http import HTTPStatus

import pytest
from werkzeug.datastructures import Headers

from intake.access.admission import Admission
from intake.access.keys import ANYONE, Caller, hash_of
from intake.access.problem import ProblemError
from intake.access.rate import REMEMBERED, RateLimit

RING = {hash_of("pulso_x"): Caller("tienda", frozenset({"web"}), ())}
NO_LIMIT = RateLimit(0, lambda: 0.0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def refused(admission: Admission, **headers: str) -> ProblemError:
    with pytest.raises(ProblemError) as error:
        admission.admit(Headers(headers), "10.0.0.1")
    return error.value


def test_a_key_says_who_calls() -> None:
    """A known key is its caller; without a key file everyone is anyone."""
    with_keys, without = Admission(RING, NO_LIMIT, 0), Admission(None, NO_LIMIT, 0)

    for given in (
        {"Authorization": "Bearer pulso_x"},
        {"Authorization": "bearer  pulso_x "},
        {"X-API-Key": " pulso_x"},
        {"X-API-Key": "pulso_x", "Authorization": "Basic eA=="},
        {"X-API-Key": "pulso_x", "Authorization": "Bearer another"},
    ):
        assert with_keys.admit(Headers(given), "10.0.0.1").owner == "tienda"
    assert without.admit(Headers({"Authorization": "Basic eA=="}), "10.0.0.1") is ANYONE


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic eA==", "pulso_x"])
def test_no_key_is_401(value: str) -> None:
    """The answer says how one is sent; an empty X-API-Key is none, whatever else is there."""
    problem = refused(Admission(RING, NO_LIMIT, 0), Authorization=value)

    assert (problem.status, problem.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "X-API-Key" in problem.detail
    empty = Headers({"X-API-Key": "", "Authorization": "Bearer pulso_x"})
    with pytest.raises(ProblemError):
        Admission(RING, NO_LIMIT, 0).admit(empty, "10.0.0.1")


@pytest.mark.parametrize("key", ["pulso_X", "pulso_x1", "pulso_", "\xff", "x" * 10_000])
def test_a_wrong_key_is_401(key: str) -> None:
    """It is not repeated in the answer."""
    problem = refused(Admission(RING, NO_LIMIT, 0), Authorization=f"Bearer {key}")

    assert problem.status == HTTPStatus.UNAUTHORIZED
    assert "invalid_token" in problem.headers["WWW-Authenticate"]
    assert key not in problem.detail


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:8080", "null", ""])
def test_a_page_in_a_browser_is_403(origin: str) -> None:
    """Whatever its origin, and before its key is looked at."""
    assert refused(Admission(RING, NO_LIMIT, 0), Origin=origin).status == HTTPStatus.FORBIDDEN


def test_rate() -> None:
    """A burst of two seconds' worth, then as many as there may be; each caller for itself."""
    clock = Clock()
    limit = RateLimit(5, clock)

    assert [limit.wait_of("a") for _ in range(11)] == [0] * 10 + [1]
    assert limit.wait_of("b") == 0
    clock.now = 0.2
    assert [limit.wait_of("a") for _ in range(2)] == [0, 1]
    clock.now = 1000
    assert [limit.wait_of("a") for _ in range(11)] == [0] * 10 + [1]


def test_slow_rate_says_how_long_to_wait() -> None:
    """Less than one a second: one at once, and whole seconds until the next."""
    limit = RateLimit(0.1, Clock())

    assert [limit.wait_of("a"), limit.wait_of("a")] == [0, 10]


def test_rate_forgets_the_longest_unseen() -> None:
    """Any number of addresses can't fill the memory."""
    limit = RateLimit(0.5, Clock())

    for caller in range(REMEMBERED + 1):
        assert limit.wait_of(str(caller)) == 0
    assert limit.wait_of(str(REMEMBERED)) > 0
    assert limit.wait_of("0") == 0


def test_too_fast_is_429_with_the_wait() -> None:
    """By key where there are keys, else by address."""
    admission = Admission(RING, RateLimit(0.5, Clock()), 0)
    admission.admit(Headers({"Authorization": "Bearer pulso_x"}), "10.0.0.1")

    problem = refused(admission, Authorization="Bearer pulso_x")

    assert (problem.status, problem.headers["Retry-After"]) == (429, "2")


@pytest.mark.parametrize(("rate", "told"), [(0, "*"), (5, "300"), (0.5, "30"), (0.001, "1")])
def test_a_webhook_may_deliver(rate: float, told: str) -> None:
    """Whoever asks is told so, without a key, and how often; a page of a browser is not."""
    admission = Admission(RING, RateLimit(rate, Clock()), 0)
    asked = {"WebHook-Request-Origin": "eventgrid.azure.net", "WebHook-Request-Rate": "120"}

    assert admission.permit(Headers(asked)) == {
        "Allow": "POST",
        "WebHook-Allowed-Origin": "eventgrid.azure.net",
        "WebHook-Allowed-Rate": told,
    }
    with pytest.raises(ProblemError) as error:
        admission.permit(Headers({**asked, "Origin": "https://evil.example"}))
    assert error.value.status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("origin", ["", " ", "ñ", "a b", "x" * 256])
def test_a_webhook_without_a_name_is_400(origin: str) -> None:
    """Nothing is granted to who can't be named."""
    with pytest.raises(ProblemError, match="WebHook-Request-Origin") as error:
        Admission(None, NO_LIMIT, 0).permit(Headers({"WebHook-Request-Origin": origin}))

    assert error.value.status == HTTPStatus.BAD_REQUEST
