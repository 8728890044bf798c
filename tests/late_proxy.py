"""Traefik as it is for a moment at each start: it listens, and does not know its routes yet."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parts.proxy import SETTINGS, Routes, proxy_command, proxy_environment
from tests.stack import Part, answers


@contextmanager
def late_proxy(routes: Routes, folder: Path) -> Iterator[LateProxy]:
    """One at work."""
    proxy = LateProxy(routes, folder)
    try:
        proxy.start()
        yield proxy
    finally:
        proxy.kill()


class LateProxy(Part):
    """Answers everything with Traefik's 404, until the test says `know_routes`. Logs requests."""

    def __init__(self, routes: Routes, folder: Path) -> None:
        self._routes_folder = folder / "routes"
        self._routes_folder.mkdir()
        environment = proxy_environment(routes, os.environ) | {
            "TRAEFIK_PROVIDERS_FILE_DIRECTORY": str(self._routes_folder),
            "TRAEFIK_ACCESSLOG": "true",
            "TRAEFIK_ACCESSLOG_FIELDS_HEADERS_DEFAULTMODE": "keep",
        }
        del environment["TRAEFIK_PROVIDERS_FILE_FILENAME"]
        self.url = f"http://127.0.0.1:{routes.web_port}"
        super().__init__(
            "late-proxy",
            proxy_command(),
            environment,
            folder,
            lambda _: answers(f"{self.url}/", 404),
        )

    def turned_away(self, path: str) -> set[str]:
        """The programs that were answered 404 there, as they call themselves."""
        asked = rf'"[A-Z]+ {re.escape(path)} HTTP/1\.1" 404 \d+ "[^"]*" "([^"]*)"'
        return set(re.findall(asked, self.log))

    def know_routes(self) -> None:
        whole = self._routes_folder.with_name("routes.yml")
        shutil.copy(SETTINGS / "routes.yml", whole)
        whole.rename(self._routes_folder / "routes.yml")
