"""When the whole is up: what each part must answer."""

from __future__ import annotations

import asyncio
import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from parts.places import Places, numbered, places_of
from parts.service_programs import ANALYTICS, PANEL

UP, ASKS_FOR_A_PASSWORD = 200, 401


def opener() -> urllib.request.OpenerDirector:
    """
    For addresses of this machine: not by a proxy that the environment names, and with any
    certificate, which is for the name by which others know this machine.
    """
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting)
    )


OPENER = opener()


@dataclass(frozen=True, slots=True)
class Probe:
    """*part* is up when *url* answers with one of *statuses*, and one of *says* in the body."""

    part: str
    url: str
    says: tuple[bytes, ...] = (b"",)
    statuses: tuple[int, ...] = (UP,)


def web_address(settings: Mapping[str, str]) -> str:
    """Where this machine finds page, report and intake."""
    scheme = "https" if settings["TLS_CERTIFICADO"] else "http"
    return f"{scheme}://127.0.0.1:{settings['WEB_PORT']}"


def running(settings: Mapping[str, str]) -> Probe:
    """Whether a `make run` is up there, with closed doors or open ones."""
    url = f"{web_address(settings)}/reporte"
    return Probe("reverse-proxy", url, statuses=(UP, ASKS_FOR_A_PASSWORD))


def probes(settings: Mapping[str, str], places: Places | None = None) -> list[Probe]:
    """In the order in which the parts depend on each other: the first that fails is to blame."""
    places, web = places or places_of(settings), web_address(settings)
    dashboard = f"http://127.0.0.1:{settings['TRAEFIK_PORT']}/dashboard/"
    door = (ASKS_FOR_A_PASSWORD if settings["USUARIOS"] else UP,)
    broker = f"http://127.0.0.1:{settings['RABBITMQ_MANAGEMENT_PORT']}/"
    return [
        *([] if settings["RABBITMQ_HOST"] else [Probe("rabbitmq-service", broker)]),
        # In an alarm, which only somebody who makes room can end, all else works.
        *(
            Probe(
                numbered(ANALYTICS, n),
                f"{place.url}/reporte/estado",
                says=(b'"conectado"', b'"bloqueado"'),
            )
            for n, place in enumerate(places.analytics, 1)
        ),
        *(
            Probe(numbered(PANEL, n), f"http://{host}:{settings['PANEL_PORT']}/readyz")
            for n, host in enumerate(places.panels, 1)
        ),
        Probe("servicio-avisos", f"http://127.0.0.1:{settings['AVISOS_PORT']}/readyz"),
        Probe("entrada", f"http://127.0.0.1:{settings['ENTRADA_PORT']}/readyz"),
        *(
            Probe("reverse-proxy", url, statuses=door)
            for url in (f"{web}/reporte", f"{web}/panel/", dashboard)
        ),
    ]


async def first_unready(
    wanted: Iterable[Probe],
    seconds: float,
    stop: asyncio.Event,
    hopeless: Callable[[], bool] = lambda: False,
) -> Probe | None:
    """Wait until all are up; return the one that is not after *seconds*, at *stop* or never."""
    end = time.monotonic() + seconds
    for probe in wanted:
        while not await asyncio.to_thread(answers, probe):
            if stop.is_set() or time.monotonic() > end or hopeless():
                return probe
            await asyncio.sleep(0.1)
    return None


def answers(probe: Probe) -> bool:
    try:
        with answer_of(probe.url) as answer:
            said = answer.read()
            return answer.status in probe.statuses and any(text in said for text in probe.says)
    except (OSError, http.client.HTTPException):
        return False


def answer_of(url: str) -> http.client.HTTPResponse | urllib.error.HTTPError:
    """Return what *url* answers, a refusal too."""
    try:
        answer: http.client.HTTPResponse = OPENER.open(url, timeout=2)
    except urllib.error.HTTPError as refusal:
        return refusal
    return answer
