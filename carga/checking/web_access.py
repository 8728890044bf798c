from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class WebAccess:
    """
    Where page and report are, and how one gets in.

    *user* is empty where nobody is asked; *authorities* a file of certificates to trust, empty
    for the system's.
    """

    url: str
    user: str = ""
    password: str = field(default="", repr=False)
    authorities: str = ""

    @property
    def login(self) -> tuple[str, str] | None:
        return (self.user, self.password) if self.user else None

    @property
    def authorization(self) -> str:
        """The value of the header; empty where there is none."""
        if not self.user:
            return ""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    @property
    def encrypted(self) -> bool:
        return urlsplit(self.url).scheme == "https"

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or (443 if self.encrypted else 80)


def trust(authorities: str) -> ssl.SSLContext:
    """Raises OSError when that file can't be read."""
    return ssl.create_default_context(cafile=authorities or None)
