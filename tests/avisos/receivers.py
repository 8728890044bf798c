"""Real receivers of messages, on free ports of this machine."""

from __future__ import annotations

import email
import email.policy
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.port_ranges import free_ports
from tests.stack import Part, answers

ALERTMANAGER = "prometheus-alertmanager"


class WebReceiver:
    """
    Takes what is posted, and notes when; *status* is what it answers.

    *before_answer* is called once a message is taken, and may end who sent it.
    """

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.heard_at: list[float] = []
        self.status = 200
        self.before_answer: Callable[[], None] = lambda: None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:  # who sent it was killed meanwhile
                    return
                if receiver.status == 200:
                    said = json.loads(body)
                    receiver.heard.append(said if isinstance(said, dict) else {"alerts": said})
                    receiver.heard_at.append(time.time())
                receiver.before_answer()
                with suppress(OSError):  # who was killed hears no answer
                    self.send_response(receiver.status)
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """As Apprise wants it."""
        return f"json://127.0.0.1:{self.port}/s3cret"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class MailReceiver:
    """An SMTP server; *mails* are as they came, *texts* what they say, and *mailed_at* is when."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.texts: list[str] = []
        self.mailed_at: list[float] = []
        receiver = self

        class Handler:
            async def handle_DATA(  # noqa: N802 - aiosmtpd's
                self, _: SMTP, __: Session, envelope: Envelope
            ) -> str:
                content = envelope.content
                assert isinstance(content, bytes)
                mail = email.message_from_bytes(content, policy=email.policy.default)
                assert isinstance(mail, EmailMessage)
                body = mail.get_body()
                receiver.mails.append(mail)
                receiver.texts.append(body.get_content() if body else "")
                receiver.mailed_at.append(time.time())
                return "250 OK"

        (port,) = free_ports(1)
        self._controller = Controller(Handler(), hostname="127.0.0.1", port=port)
        self._controller.start()
        self.address = f"mailto://127.0.0.1:{port}?from=pulso@example.org&to=guard@example.org"

    def close(self) -> None:
        self._controller.stop()


@contextmanager
def web_receiver() -> Iterator[WebReceiver]:
    receiver = WebReceiver()
    try:
        yield receiver
    finally:
        receiver.close()


@contextmanager
def mail_receiver() -> Iterator[MailReceiver]:
    receiver = MailReceiver()
    try:
        yield receiver
    finally:
        receiver.close()


@contextmanager
def alertmanager(folder: Path, tells: WebReceiver) -> Iterator[str]:
    """Debian's, telling *tells* at once; yields its address."""
    (port,) = free_ports(1)
    folder.mkdir()
    (folder / "alertmanager.yml").write_text(
        "route: {receiver: web, group_by: ['...'], group_wait: 0s, group_interval: 100ms}\n"
        "receivers:\n  - name: web\n    webhook_configs:\n"
        f"      - {{url: 'http://127.0.0.1:{tells.port}/', send_resolved: true}}\n"
    )
    command = [
        *(ALERTMANAGER, f"--config.file={folder / 'alertmanager.yml'}"),
        *(f"--storage.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}"),
        "--cluster.listen-address=",
    ]
    address = f"http://127.0.0.1:{port}"
    environment = {"PATH": os.environ["PATH"]}
    ready = f"{address}/-/ready"
    part = Part(ALERTMANAGER, command, environment, folder, lambda _: answers(ready))
    try:
        part.start()
        yield address
    finally:
        part.kill()


def wait_for(true: Callable[[], object], what: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)
