"""What the intake says to bytes on its port: HTTP as it is written, and as it should not be."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from tests.broker_stack import Broker
from tests.sender.intake_service import Service, serving

EVENT = b'{"cliente":"a"}'
HOST = b"Host: localhost\r\n"


class Answer:
    def __init__(self, head: bytes, body: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        self.version, status, _ = first.split(" ", 2)
        self.status, self.body = int(status), body
        split = [line.split(": ", 1) for line in lines]
        self.headers = {name.lower(): value for name, value in split}


class Client:
    """One connection, on which a test says and hears what it likes."""

    def __init__(self, port: int) -> None:
        self._plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._heard = self._plain.makefile("rb")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._heard.close()
        self._plain.close()

    def say(self, *parts: bytes) -> None:
        self._plain.sendall(b"".join(parts))

    def hear(self, body: bool = True) -> Answer:
        lines = []
        while line := self._heard.readline().rstrip(b"\r\n"):
            lines.append(line)
        answer = Answer(b"\r\n".join(lines), b"")
        if body:
            answer.body = self._heard.read(int(answer.headers.get("content-length", 0)))
        return answer

    def ended(self) -> bool:
        """Wait for what comes next; return whether that is the end of the connection."""
        try:
            return self._heard.read(1) == b""
        except ConnectionResetError:
            return True


@pytest.fixture(scope="module")
def service(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("wire")
    with broker.virtual_host() as vhost, serving(vhost, folder) as service:
        yield service


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with Client(service.port) as client:
        yield client


def post(*headers: bytes, body: bytes = EVENT, version: bytes = b"1.1") -> bytes:
    length = b"Content-Length: %d" % len(body)
    lines = (b"POST /eventos HTTP/" + version, HOST.strip(), length, *headers, b"", body)
    return b"\r\n".join(lines)


def is_problem(answer: Answer, status: int) -> bool:
    told = answer.headers.get("content-type") == "application/problem+json"
    return answer.status == status and told and json.loads(answer.body)["status"] == status


def test_a_connection_is_kept(client: Client) -> None:
    """Requests follow one another on it, refused ones too."""
    for sent, status in ((post(), 202), (post(body=b"{"), 400), (post(), 202)):
        client.say(sent)
        answer = client.hear()
        assert (answer.status, answer.version) == (status, "HTTP/1.1")
        assert "connection" not in answer.headers


def test_no_header_tells_the_program(client: Client) -> None:
    """A stranger is not told what serves him."""
    client.say(post())
    assert "server" not in client.hear().headers


def test_pipelined_requests(client: Client) -> None:
    """Sent at once, they are answered in their order."""
    client.say(post(), post(body=b"no"), b"GET /livez HTTP/1.1\r\n", HOST, b"\r\n", post())
    assert [client.hear().status for _ in range(4)] == [202, 400, 200, 202]


def test_a_body_in_chunks(client: Client) -> None:
    """Of a length that nobody knew before."""
    client.say(b"POST /eventos HTTP/1.1\r\n", HOST, b"Transfer-Encoding: chunked\r\n\r\n")
    client.say(b"5\r\n", EVENT[:5], b"\r\n%x\r\n" % len(EVENT[5:]), EVENT[5:], b"\r\n0\r\n\r\n")
    assert client.hear().status == 202
    client.say(post())
    assert client.hear().status == 202


def test_a_body_of_two_lengths_is_the_last(client: Client) -> None:
    """Where it ends is a matter of who reads it, so nothing after it is taken for a request."""
    chunked = b"Transfer-Encoding: chunked"
    client.say(post(chunked, body=b"f\r\n" + EVENT + b"\r\n0\r\n\r\n"))

    answer = client.hear()

    assert answer.status == 202
    assert answer.headers["connection"] == "close"
    assert client.ended()


def test_http_1_0(client: Client) -> None:
    """It is answered, and the connection ends."""
    client.say(b"POST /eventos HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % len(EVENT), EVENT)
    assert client.hear().status == 202
    assert client.ended()


@pytest.mark.parametrize("version", [b"2.0", b"9.9", b"0.9"])
def test_another_major_version(client: Client, version: bytes) -> None:
    """It is refused: what it means by the rest of the request, nobody here knows."""
    client.say(post(version=version))
    assert is_problem(client.hear(), 505)
    assert client.ended()


def test_a_target_that_names_the_host(client: Client) -> None:
    """As one asks a proxy, one may ask anybody; and it is that host that counts."""
    for host, status in ((b"localhost", 202), (b"LOCALHOST:1", 202), (b"evil.example", 421)):
        client.say(post().replace(b"POST /", b"POST http://" + host + b"/"))
        assert client.hear().status == status


def test_who_wants_to_close_is_let_go(client: Client) -> None:
    """`Connection: close` is answered so, and done."""
    client.say(post(b"Connection: close"))
    answer = client.hear()
    assert (answer.status, answer.headers["connection"]) == (202, "close")
    assert client.ended()


def test_a_body_is_asked_for(client: Client) -> None:
    """Who waits with it (`Expect`) hears 100 once it is wanted."""
    client.say(post(b"Expect: 100-continue", body=b"")[:-2].replace(b"th: 0", b"th: 15"), b"\r\n")
    assert client.hear(body=False).status == 100
    client.say(EVENT)
    assert client.hear().status == 202


@pytest.mark.parametrize(
    ("headers", "status"),
    [(b"Origin: null", 403), (b"Content-Type: a/b", 415), (b"Idempotency-Key: ", 400)],
)
def test_a_body_is_not_asked_for_in_vain(client: Client, headers: bytes, status: int) -> None:
    """Who waits with it is refused before he sends it, on a connection that then ends."""
    head = b"POST /eventos HTTP/1.1\r\n" + HOST + b"Content-Length: 15\r\n"
    client.say(head, headers, b"\r\nExpect: 100-continue\r\n\r\n")
    answer = client.hear()
    assert is_problem(answer, status)
    assert answer.headers["connection"] == "close"
    assert client.ended()


def test_too_large_is_told_before_it_is_sent(client: Client) -> None:
    """A length over the limit is 413 for who waits to hear it."""
    head = b"POST /eventos HTTP/1.1\r\n" + HOST + b"Content-Length: 1048577\r\n"
    client.say(head, b"Expect: 100-continue\r\n\r\n")
    assert is_problem(client.hear(), 413)


def test_a_refused_body_ends_with_its_connection(client: Client) -> None:
    """What is not read of it is never taken for a next request."""
    client.say(b"POST /eventos HTTP/1.1\r\n", HOST, b"Origin: null\r\nContent-Length: 9\r\n\r\n")
    answer = client.hear()  # after a while in which nothing came
    assert is_problem(answer, 403)
    assert answer.headers["connection"] == "close"
    assert client.ended()


@pytest.mark.parametrize("path", [b"/livez", b"/readyz"])
def test_health(client: Client, path: bytes) -> None:
    """GET and HEAD tell the same, HEAD without a body; other methods are refused with both."""
    for method, body in ((b"GET", True), (b"HEAD", False)):
        client.say(method, b" ", path, b" HTTP/1.1\r\n", HOST, b"\r\n")
        answer = client.hear(body)
        assert (answer.status, int(answer.headers["content-length"]) > 0) == (200, True)
    client.say(b"POST ", path, b" HTTP/1.1\r\n", HOST, b"Content-Length: 0\r\n\r\n")
    answer = client.hear()
    assert is_problem(answer, 405)
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (post(b"Content-Length: 3"), 400),
        (b"POST /eventos HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400),
        (b"POST /eventos HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET /livez HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 16_384, 431),
        (post(b"Transfer-Encoding: chunked", body=b"").replace(b"Content-Length: 0\r\n", b"")
         + b"x\r\n", 400),
    ],
)  # fmt: skip
def test_what_is_no_request(client: Client, sent: bytes, status: int) -> None:
    """It is refused with a problem, and the connection ends."""
    client.say(sent)
    answer = client.hear()
    assert is_problem(answer, status)
    assert answer.headers["connection"] == "close"
    assert client.ended()


def test_a_head_of_nearly_16_kb(client: Client) -> None:
    """It is taken: keys, cookies and traces of others may be long."""
    client.say(post(b"X-Long: " + b"x" * 15_000))
    assert client.hear().status == 202


@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket"])
def test_nothing_else_is_spoken(client: Client, upgrade: bytes) -> None:
    """Who offers another protocol is answered in this one."""
    client.say(b"GET /livez HTTP/1.1\r\n", HOST, b"Connection: Upgrade\r\nUpgrade: ", upgrade)
    client.say(b"\r\n\r\n")
    answer = client.hear()
    assert (answer.status, answer.body) == (200, b"ok")


def test_others_are_told_nothing_in_its_log(service: Service) -> None:
    """Whatever strangers send, they can't fill the log of this service."""
    before = service.entrada.log
    for sent in (b"nonsense\r\n\r\n", post(b"Upgrade: x", b"Connection: upgrade"), post()[:-3]):
        with Client(service.port) as client:
            client.say(sent)
            if sent.endswith((b"\n", b"}")):
                client.hear()
    with Client(service.port) as client:
        client.say(post())
        client.hear()
    assert service.entrada.log == before
