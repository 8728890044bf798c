from http import HTTPStatus

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from push.access.admission import Admission, RefusedError
from push.access.limits import Limits
from push.access.origin_rule import OriginRule


def admission(**limits: int) -> Admission:
    return Admission(OriginRule(8080), Limits(**limits), clock=lambda: 0.0)


def request(path: str = "/ws", **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(path, Headers(named))


@pytest.mark.parametrize("path", ["/ws", "/ws?embed=1"])
def test_admits_a_program(path: str) -> None:
    """Whoever asks for the WebSocket and is no page is let in."""
    assert admission().admit(request(path), "127.0.0.1") is None


@pytest.mark.parametrize("path", ["/", "/wss", "/ws/", "//ws", "/panel/ws", "/%77s", "/ws;a"])
def test_is_at_one_path_only(path: str) -> None:
    """Any other path is not found."""
    with pytest.raises(RefusedError) as refused:
        admission().admit(request(path), "127.0.0.1")

    assert refused.value.status == HTTPStatus.NOT_FOUND


def test_refusals_of_pages_are_logged_a_few_at_a_time(caplog: pytest.LogCaptureFixture) -> None:
    """A thousand refusals make a few lines, so that they can't fill the disk."""
    judge = admission()
    for _ in range(1000):
        with pytest.raises(RefusedError):
            judge.admit(request(Origin="http://evil.example"), "127.0.0.1")

    assert len(caplog.records) == 5
    assert "PANEL_ORIGENES=http://evil.example" in caplog.text


def test_a_storm_is_slowed_down() -> None:
    """Handshakes beyond the burst are told to come later."""
    judge = admission(handshakes_burst=3)
    for _ in range(3):
        judge.admit(request(), "127.0.0.1")

    with pytest.raises(RefusedError) as refused:
        judge.admit(request(), "127.0.0.1")

    assert refused.value.status == HTTPStatus.SERVICE_UNAVAILABLE


def test_an_address_has_so_many_viewers() -> None:
    """With a limit by address, who leaves makes room, and others are not concerned."""
    judge = admission(per_address=2, trusted_hops=1)
    mine = request(X_Forwarded_For="6.6.6.6, 10.0.0.7")
    address = judge.admit(mine, "172.18.0.2")
    assert address == "10.0.0.7"
    judge.admit(mine, "172.18.0.2")

    with pytest.raises(RefusedError) as refused:
        judge.admit(mine, "172.18.0.2")
    judge.admit(request(X_Forwarded_For="10.0.0.8"), "172.18.0.2")
    judge.leave(address)
    judge.admit(mine, "172.18.0.2")

    assert refused.value.status == HTTPStatus.TOO_MANY_REQUESTS
