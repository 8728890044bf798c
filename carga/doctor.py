"""`doctor`: what is reachable and as it should be, and for each fault what mends it."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from carga.checking.reporte_client import ReporteAwayError, ReporteClient, http_client
from carga.checking.web_access import WebAccess, trust
from carga.run.plan import first_connection
from carga.settings import LoadSettings
from publishing.broker_errors import BrokerAwayError
from publishing.broker_link import connected

TIMEOUT = httpx.Timeout(5, connect=2)
QUEUE = "cola_analiticas"
# As servicio-analiticas declares it; design: docs/guarantees.md
QUEUE_ARGUMENTS: Mapping[str, object] = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 1_000_000,
    "x-dead-letter-exchange": "eventos_clientes.rechazados",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}
OLDEST_BROKER = (3, 10)
FILES = 4096
CLOCK_SECONDS = 2.0
START = "Start everything: make run"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at; *remedio* is what to do when it is not well."""

    que: str
    bien: bool
    hallado: str
    remedio: str = ""
    inalcanzable: bool = False


async def examine(settings: LoadSettings, web: WebAccess) -> list[Finding]:
    """Look at everything; what can't be asked because something else is away says so."""
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
        groups = await asyncio.gather(
            _broker(settings),
            _management(settings, http),
            _analytics(web),
            _panel(web),
        )
    return [finding for group in groups for finding in group] + [_open_files()]


async def _broker(settings: LoadSettings) -> list[Finding]:
    what = f"AMQP {settings.amqp_address}"
    try:
        async with connected(first_connection(settings)):
            return [Finding(que=what, bien=True, hallado="accepts publishers")]
    except BrokerAwayError as error:
        cure = f"{START}; or set RABBITMQ_HOST, RABBITMQ_PORT, RABBITMQ_USER as in .env"
        return [_away(what, f"{error.trouble.value} ({error.detail})", cure)]


async def _management(settings: LoadSettings, http: httpx.AsyncClient) -> list[Finding]:
    base = f"http://{settings.rabbitmq_host}:{settings.rabbitmq_management_port}/api"
    what = f"management {settings.rabbitmq_host}:{settings.rabbitmq_management_port}"
    login = httpx.BasicAuth(settings.rabbitmq_user, settings.rabbitmq_password)
    path = f"/queues/{quote(settings.rabbitmq_vhost, safe='')}/{QUEUE}"
    try:
        overview = await http.get(f"{base}/overview", auth=login)
        queue = await http.get(base + path, auth=login)
    except httpx.HTTPError as error:
        cure = f"{START}; or set RABBITMQ_MANAGEMENT_PORT as in .env"
        return [_away(what, f"does not answer ({error})", cure)]
    if overview.status_code != 200:
        cure = "Set RABBITMQ_USER and RABBITMQ_PASSWORD as in .env; the user needs a management tag"
        return [_away(what, f"answers {overview.status_code}", cure)]
    return [broker_version(str(overview.json().get("rabbitmq_version"))), _queue(queue)]


def broker_version(version: str) -> Finding:
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    good = numbers >= OLDEST_BROKER
    cure = "" if good else "Install RabbitMQ 3.10 or later; 4.2.7 or later is better"
    return Finding(que="RabbitMQ", bien=good, hallado=version, remedio=cure)


def _queue(answer: httpx.Response) -> Finding:
    if answer.status_code == 404:
        cure = "Start the analytics, which declare it: make run"
        return Finding(que=f"queue {QUEUE}", bien=False, hallado="does not exist", remedio=cure)
    return queue_arguments(answer.json())


def queue_arguments(queue: Mapping[str, Any]) -> Finding:
    """Whether the queue is the one that the analytics would declare."""
    found = queue.get("arguments", {})
    names = QUEUE_ARGUMENTS.keys() | found.keys()
    wrong = {n: found.get(n) for n in sorted(names) if found.get(n) != QUEUE_ARGUMENTS.get(n)}
    if not wrong:
        depth = f"as expected, {queue.get('messages', 0):,} messages"
        return Finding(que=f"queue {QUEUE}", bien=True, hallado=depth)
    texts = ", ".join(f"{n}={v!r} instead of {QUEUE_ARGUMENTS.get(n)!r}" for n, v in wrong.items())
    cure = f"Let it run empty, then: rabbitmqadmin delete queue name={QUEUE}; restart the analytics"
    return Finding(que=f"queue {QUEUE}", bien=False, hallado=texts, remedio=cure)


async def _analytics(web: WebAccess) -> list[Finding]:
    what = f"{web.url}/reporte"
    try:
        async with ReporteClient(web) as reporte:
            report, status = await reporte.report(), await reporte.status()
    except ReporteAwayError as error:
        return [_away(what, str(error), f"{START}; or say where it is: --url, WEB_PORT")]
    good = status.broker == "conectado" and status.almacen == "ok"
    found = f"{report.total:,} events, broker {status.broker}, store {status.almacen}"
    cure = "" if good else _cure(status.broker)
    return [Finding(que=what, bien=good, hallado=found, remedio=cure)]


def _cure(broker: str) -> str:
    if broker == "bloqueado":
        return "RabbitMQ holds publishers up for want of memory or disk: make room"
    return "Look into .run/log/servicio-analiticas.log"


async def _panel(web: WebAccess) -> list[Finding]:
    what = f"{web.url}/panel/"
    try:
        async with http_client(web) as http:
            page = await http.get(what)
    except httpx.HTTPError as error:
        return [_away(what, f"does not answer ({error})", f"{START}; or set WEB_PORT as in .env")]
    if page.status_code == 401:
        return [_away(what, "asks for a password", "Set WEB_USUARIO and WEB_CLAVE")]
    if page.status_code != 200:
        return [_away(what, f"answers {page.status_code}", "Look into .run/log/panel-visual.log")]
    found = [Finding(que=what, bien=True, hallado="answers")]
    if "date" in page.headers:
        found.append(clock(page.headers["date"]))
    return [*found, await _socket(web)]


def clock(date: str, now: float | None = None) -> Finding:
    """Whether the other machine's clock agrees with ours, as far as a Date header tells."""
    ahead = parsedate_to_datetime(date).timestamp() - (time.time() if now is None else now)
    good = -1 - CLOCK_SECONDS <= ahead <= CLOCK_SECONDS  # it has whole seconds only
    cure = "" if good else "Set both clocks: timedatectl set-ntp true"
    return Finding(que="clocks", bien=good, hallado=f"{ahead:+.0f} s apart", remedio=cure)


async def _socket(web: WebAccess) -> Finding:
    what = f"{web.url.replace('http', 'ws', 1)}/panel/ws"
    request = [
        "GET /panel/ws HTTP/1.1",
        f"Host: {web.host}:{web.port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        *([f"Authorization: {web.authorization}"] if web.user else []),
    ]
    try:
        async with asyncio.timeout(5):
            tls = trust(web.authorities) if web.encrypted else None
            reader, writer = await asyncio.open_connection(web.host, web.port, ssl=tls)
            writer.write("\r\n".join([*request, "", ""]).encode())
            answer = (await reader.readline()).decode(errors="replace").strip()
            writer.close()
    except (OSError, TimeoutError) as error:
        return _away(what, f"no handshake ({error or 'no answer in 5 s'})", START)
    good = " 101 " in answer
    cure = "" if good else "Look into .run/log/panel-visual.log and .run/log/reverse-proxy.log"
    return Finding(que=what, bien=good, hallado=answer[:64], remedio=cure)


def _open_files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    good = hard == resource.RLIM_INFINITY or hard >= FILES
    shown = "unlimited" if hard == resource.RLIM_INFINITY else f"{hard:,}"
    cure = "" if good else f"For more than {hard - 100:,} viewers: ulimit -Hn 65536 (as root)"
    return Finding(que="open files", bien=good, hallado=f"{soft:,} of {shown}", remedio=cure)


def _away(what: str, found: str, cure: str) -> Finding:
    return Finding(que=what, bien=False, hallado=found, remedio=cure, inalcanzable=True)
