"""`doctor`: what is reachable and as it should be, and for each fault what mends it."""

from __future__ import annotations

import asyncio
import resource
import time
from email.utils import parsedate_to_datetime

import httpx

from carga.broker_doctor import examine_broker
from carga.checking.reporte_client import ReporteAwayError, ReporteClient, http_client
from carga.checking.web_access import WebAccess, trust
from carga.finding import START, Finding, away
from carga.settings import LoadSettings

FILES = 4096
CLOCK_SECONDS = 2.0


async def examine(settings: LoadSettings, web: WebAccess) -> list[Finding]:
    """Look at everything; what can't be asked because something else is away says so."""
    groups = await asyncio.gather(examine_broker(settings), _analytics(web), _panel(web))
    return [finding for group in groups for finding in group] + [_open_files()]


async def _analytics(web: WebAccess) -> list[Finding]:
    what = f"{web.url}/reporte"
    try:
        async with ReporteClient(web) as reporte:
            report, status = await reporte.report(), await reporte.status()
    except ReporteAwayError as error:
        return [away(what, str(error), f"{START}; or say where it is: --url, WEB_PORT")]
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
        return [away(what, f"does not answer ({error})", f"{START}; or set WEB_PORT as in .env")]
    if page.status_code == 401:
        return [away(what, "asks for a password", "Set WEB_USUARIO and WEB_CLAVE")]
    if page.status_code != 200:
        return [away(what, f"answers {page.status_code}", "Look into .run/log/panel-visual.log")]
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
        return away(what, f"no handshake ({error or 'no answer in 5 s'})", START)
    good = " 101 " in answer
    cure = "" if good else "Look into .run/log/panel-visual.log and .run/log/reverse-proxy.log"
    return Finding(que=what, bien=good, hallado=answer[:64], remedio=cure)


def _open_files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    good = hard == resource.RLIM_INFINITY or hard >= FILES
    shown = "unlimited" if hard == resource.RLIM_INFINITY else f"{hard:,}"
    cure = "" if good else f"For more than {hard - 100:,} viewers: ulimit -Hn 65536 (as root)"
    return Finding(que="open files", bien=good, hallado=f"{soft:,} of {shown}", remedio=cure)
