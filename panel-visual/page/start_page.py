"""The page, with what the command for a first event has to know of this broker."""

from __future__ import annotations

import html
import shlex
from typing import NamedTuple

from page.static_files import StaticFile, static_file

USUAL = b"--port 5672 --username pulso"  # in static/index.html


class Account(NamedTuple):
    """Who may publish, and where; the password stays in `.env`, where the command reads it."""

    user: str = "pulso"
    port: int = 5672


def for_account(page: StaticFile, account: Account) -> StaticFile:
    words = f"--port {account.port} --username {shlex.quote(account.user)}"
    body = page.body.replace(USUAL, html.escape(words, quote=False).encode())
    return static_file(body, page.content_type)
