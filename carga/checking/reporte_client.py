"""Reads what the analytics counted, over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec

from carga.checking.web_access import WebAccess, trust

TIMEOUT = httpx.Timeout(5, connect=2)
T = TypeVar("T")


class ReporteAwayError(ConnectionError):
    """One sentence: what did not answer, and how."""


class Others(msgspec.Struct, frozen=True):
    clientes: int
    total: int


class Reporte(msgspec.Struct, frozen=True):
    epoca: str
    version: int
    total: int
    clientes: dict[str, int]
    otros: Others


class ClientCount(msgspec.Struct, frozen=True):
    total: int


class Depth(msgspec.Struct, frozen=True):
    listos: int
    sin_ack: int


class Estado(msgspec.Struct, frozen=True):
    """*cola* is None while nobody knows. *colas* has the depth of each queue where several are."""

    broker: str
    almacen: str
    cola: Depth | None = None
    instancias: int = 1
    colas: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def in_order(self) -> bool:
        """Whether a client's events are counted in the order in which they were published."""
        return self.instancias == 1 and len(self.colas) <= 1

    @property
    def waiting(self) -> str:
        """What still keeps events from being counted; empty when nothing does."""
        found = []
        if self.cola and (messages := self.cola.listos + self.cola.sin_ack):
            found.append(f"{messages:,} messages were still in the queue")
        if self.almacen != "ok":
            found.append(f"the store was {self.almacen}")
        if self.broker == "reconectando":  # an alarm holds up publishers, not counting
            found.append(f"the analytics were {self.broker} to the broker")
        return ", ".join(found)


class ReporteClient:
    """Asks the proxy at *web*. Raises ReporteAwayError whenever there is no right answer."""

    def __init__(self, web: WebAccess) -> None:
        self._url = web.url
        self._http = http_client(web)

    async def __aenter__(self) -> ReporteClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def report(self) -> Reporte:
        return _decoded(await self._get("/reporte"), Reporte)

    async def status(self) -> Estado:
        return _decoded(await self._get("/reporte/estado"), Estado)

    async def counts(self, names: Sequence[str]) -> tuple[Reporte, list[int]]:
        """Return a report, and how many events of each of *names* are counted."""
        report = await self.report()
        missing = [name for name in names if name not in report.clientes]
        found = report.clientes | await self._counts_of(missing if report.otros.clientes else [])
        return report, [found.get(name, 0) for name in names]

    async def _counts_of(self, names: Iterable[str]) -> dict[str, int]:
        """Of clients that are not among the largest, asked for one by one."""
        found = {}
        for name in names:
            answer = await self._get(f"/reporte/clientes/{quote(name, safe='')}", missing=True)
            if answer.status_code == 200:
                found[name] = _decoded(answer, ClientCount).total
        return found

    async def _get(self, path: str, missing: bool = False) -> httpx.Response:
        try:
            answer = await self._http.get(self._url + path)
        except httpx.HTTPError as error:
            detail = str(error) or type(error).__name__
            raise ReporteAwayError(f"{self._url}{path} does not answer ({detail})") from None
        if answer.status_code == 401:
            raise ReporteAwayError(
                f"{self._url}{path} asks for a password: set WEB_USUARIO and WEB_CLAVE"
            )
        if answer.status_code != 200 and not (missing and _is_unknown(answer)):
            raise ReporteAwayError(f"{self._url}{path} answers {answer.status_code}")
        return answer


def _is_unknown(answer: httpx.Response) -> bool:
    """Whether the analytics know no such client; a proxy that only starts answers 404 as well."""
    kind = answer.headers.get("Content-Type")
    return answer.status_code == 404 and kind == "application/problem+json"


def http_client(web: WebAccess) -> httpx.AsyncClient:
    verify = trust(web.authorities) if web.encrypted else True
    return httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, auth=web.login, verify=verify)


def _decoded(answer: httpx.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        raise ReporteAwayError(f"{answer.url} is no report: {error}") from None
