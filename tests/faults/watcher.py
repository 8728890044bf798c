"""Reads the report all through a run, as a dashboard does, and notes what must never be seen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx

Document = Mapping[str, Any]
PERIOD = 0.1  # seconds


class History:
    """I6, and the ledger's equation: judged from one document to the next. No I/O."""

    def __init__(self) -> None:
        self._epoca, self._version = "", 0
        self._clients: dict[str, int] = {}
        self.complaints: list[str] = []
        self.readings = 0

    def see_report(self, report: Document) -> None:
        self.readings += 1
        if report["epoca"] != self._epoca:
            self._epoca, self._version, self._clients = report["epoca"], 0, {}
        if report["version"] < self._version:
            self._complain(f"version {report['version']} after {self._version}")
        for client, before in self._clients.items():
            if report["clientes"].get(client, 0) < before:
                self._complain(f"{client} fell from {before}")
        if report["total"] != sum(report["clientes"].values()) + report["otros"]["total"]:
            self._complain(f"total {report['total']} is not the sum of the clients")
        self._version, self._clients = report["version"], dict(report["clientes"])

    def see_book(self, book: Document) -> None:
        fates = dict(book["mensajes"])
        received = fates.pop("recibidos")
        if received != sum(fates.values()):
            self._complain(f"the ledger does not balance: {book['mensajes']}")

    def _complain(self, text: str) -> None:
        if text not in self.complaints:
            self.complaints.append(text)


class Watcher:
    """A thread around a History; an analytics that does not answer is no complaint."""

    def __init__(self, url: Callable[[], str], of_several: bool = False) -> None:
        """*of_several*: whoever answers is told what another one has told, as panels do."""
        self._url, self._of_several = url, of_several
        self.history = History()
        self._seen: dict[str, str] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> tuple[str, ...]:
        """End the thread and return its complaints. May be called again, or before `start`."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        return tuple(self.history.complaints)

    def _watch(self) -> None:
        with httpx.Client(timeout=2, trust_env=False) as client:
            while not self._stop.wait(PERIOD):
                with suppress(httpx.TransportError):
                    report = client.get(self._url(), headers=self._seen)
                    book = client.get(f"{self._url()}/libro")
                    if report.is_success and book.is_success:
                        self.history.see_report(report.json())
                        if self._of_several:
                            self._seen = {"If-None-Match": report.headers["ETag"]}
                        self.history.see_book(book.json())
