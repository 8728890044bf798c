from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.avisos.receivers import MailReceiver, WebReceiver, mail_receiver, web_receiver


@pytest.fixture
def web() -> Iterator[WebReceiver]:
    with web_receiver() as receiver:
        yield receiver


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    with mail_receiver() as receiver:
        yield receiver
