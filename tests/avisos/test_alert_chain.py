"""The service on the real chain, telling real receivers."""

from __future__ import annotations

import asyncio
import datetime
import json
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.avisos.receivers import (
    MailReceiver,
    WebReceiver,
    alertmanager,
    mail_receiver,
    wait_for,
    web_receiver,
)
from tests.broker_stack import Broker, VirtualHost
from tests.chain_stack import Chain
from tests.contracts.answers import described
from tests.foreign_publisher import amqp_publish, publish, read
from tests.stack import HTTP

RULES = """
gracia: 1s
idioma: en
canales:
  - {nombre: guard, agrupar: 1s}
reglas:
  - {nombre: silence, tipo: silencio, cliente: web, tras: 4s, canales: [guard]}
  - {nombre: much, tipo: umbral, cliente: "*", encima: 50, ventana: 4s, canales: [guard]}
  - {nombre: clicks, tipo: umbral, evento: clic, encima: 50, ventana: 4s, canales: [guard]}
  - {nombre: little, tipo: umbral, debajo: 1, ventana: 4s, canales: [guard]}
  - {tipo: rechazados, encima: 2, ventana: 4s, canales: [guard]}
  - {tipo: duplicados, encima: 2, ventana: 4s, canales: [guard]}
  - {tipo: datos, tras: 6s, canales: [guard]}
  - {tipo: pausa, tras: 1s, canales: [guard]}
  - {tipo: cola, encima: 5, tras: 1s, canales: [guard]}
"""

CLIENTS = 20
STALE = {("datos", None)}
OUTAGE = """
gracia: 1s
idioma: en
canales:
  - {nombre: guard, agrupar: 1s}
reglas:
  - {nombre: silence, tipo: silencio, tras: 8s, canales: [guard]}
  - {tipo: datos, tras: 10s, canales: [guard]}
"""
PHASES = {"ALERT": "firing", "RESOLVED": "resolved"}
"""As we say it and as an Alertmanager does."""


@pytest.fixture(scope="module")
def web() -> Iterator[WebReceiver]:
    with web_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def mail() -> Iterator[MailReceiver]:
    with mail_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def passed_on() -> Iterator[WebReceiver]:
    """What Debian's Alertmanager tells."""
    with web_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def lasting(
    broker: Broker,
    tmp_path_factory: pytest.TempPathFactory,
    web: WebReceiver,
    mail: MailReceiver,
    passed_on: WebReceiver,
) -> Iterator[Chain]:
    """The chain with an alert service of impatient rules, which tells three real receivers."""
    folder = tmp_path_factory.mktemp("alerts")
    with (
        broker.virtual_host() as vhost,
        alertmanager(folder / "alertmanager", passed_on) as address,
    ):
        chain = Chain(vhost, folder)
        del chain.parts["entrada"]
        channels = f"guard: [{web.address}, '{mail.address}']\nalertmanager: {address}"
        chain.add_alerts(RULES, channels)
        with chain.at_work():
            yield chain


@pytest.fixture
def watched(lasting: Chain, web: WebReceiver, mail: MailReceiver, passed_on: WebReceiver) -> Chain:
    """The chain with an alert service that knows nothing yet, and has told nobody anything."""
    service = lasting.parts["servicio-avisos"]
    service.kill()
    for path in lasting.folder.glob("avisos.db*"):
        path.unlink()
    for heard in (web.heard, mail.mails, passed_on.heard):
        heard.clear()
    service.start()
    wait_for(lambda: not over(lasting), "the new one is asked")
    return lasting


def alerts(chain: Chain) -> dict[str, Any]:
    """What a browser is told."""
    answer = described(HTTP.get(f"{chain.web_url}avisos", timeout=10))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def knows_all(chain: Chain) -> bool:
    counted = read(chain.report_url)["clientes"]
    return bool(counted) and alerts(chain)["vigilados"] == len(counted)


def firing(chain: Chain) -> set[tuple[str, str | None]]:
    return {(each["regla"], each["sujeto"]) for each in alerts(chain)["activos"]}


def nobody_waits(chain: Chain, since: float) -> bool:
    """By an answer from after *since*: the panel may have one from before."""
    said = alerts(chain)
    generated = datetime.datetime.fromisoformat(said["generado"]).timestamp()
    return generated > since and not any(each["esperan"] for each in said["canales"])


def over(chain: Chain) -> list[tuple[str, str | None]]:
    return [(each["regla"], each["sujeto"]) for each in alerts(chain)["resueltos"]]


def told(web: WebReceiver, phase: str) -> str:
    """All that was said of one phase."""
    return "\n".join(said_of((each["message"] for each in web.heard), phase))


def mailed(mail: MailReceiver, phase: str) -> str:
    bodies = (each.get_body() for each in mail.mails)
    return "\n".join(said_of((each.get_content() for each in bodies if each), phase))


def same_by_mail(web: WebReceiver, mail: MailReceiver, phase: str) -> bool:
    return sorted(told(web, phase).splitlines()) == sorted(mailed(mail, phase).splitlines())


def said_of(messages: Iterable[str], phase: str) -> list[str]:
    lines = (line for message in messages for line in message.splitlines())
    return [line for line in lines if line.startswith(f"{phase}:")]


def all_passed(passed_on: WebReceiver, status: str, counts: dict[Any, int]) -> bool:
    """Whether the Alertmanager said that so often of each rule and subject."""
    alerts = (alert for each in list(passed_on.heard) for alert in each["alerts"])
    labels = (each["labels"] for each in alerts if each["status"] == status)
    return Counter((each["alertname"], each.get("sujeto")) for each in labels) == counts


async def test_each_kind_fires_and_is_over_once(
    watched: Chain, web: WebReceiver, mail: MailReceiver, passed_on: WebReceiver
) -> None:
    """On the page and at each receiver, from the broker on."""
    vhost = watched.vhost
    await publish(vhost, {"cliente": "web", "evento": "clic"})
    wait_for(lambda: knows_all(watched), "a first reading")
    await publish(vhost, [{"cliente": "web", "evento": "clic"}] * 60)
    wait_for(lambda: firing(watched) >= {("much", "web"), ("clicks", "clic")}, "much")
    wait_for(lambda: firing(watched) == {("silence", "web"), ("little", None)}, "silence, little")
    await publish(vhost, [{"cliente": "web", "evento": "clic"}] * 60)
    await asyncio.gather(*(publish(vhost, b"nonsense") for _ in range(4)))
    await asyncio.gather(
        *(publish(vhost, {"cliente": "web"}, message_id="the same") for _ in range(5))
    )
    storm = {("much", "web"), ("clicks", "clic"), ("rechazados", None), ("duplicados", None)}
    wait_for(lambda: firing(watched) >= storm, "the storm")
    wait_for(lambda: not firing(watched) & storm, "its end")
    await publish(vhost, {"cliente": "web"})
    wait_for(lambda: not firing(watched), "quiet")

    counts = {each: over(watched).count(each) for each in over(watched)}
    assert counts == {
        ("much", "web"): 2,
        ("clicks", "clic"): 2,
        ("rechazados", None): 1,
        ("duplicados", None): 1,
        **{key: counts[key] for key in (("silence", "web"), ("little", None))},
    }
    ended = sum(counts.values())
    wait_for(lambda: len(told(web, "RESOLVED").splitlines()) >= ended - 1, "all told")
    for phase, status in PHASES.items():
        wait_for(partial(same_by_mail, web, mail, phase), f"{phase} by mail")
        wait_for(partial(all_passed, passed_on, status, counts), f"{status} by the Alertmanager")
    channels = alerts(watched)["canales"]
    assert {each["nombre"] for each in channels} >= {"guard", "alertmanager"}
    assert not [each for each in channels if each["falla_desde"] is not None]


@pytest.mark.parametrize("away", ["analytics", "broker"])
async def test_an_outage_is_one_alert(
    own_broker: Callable[[], Broker], tmp_path: Path, away: str
) -> None:
    """Nobody is called silent, though a silence is told sooner than that the numbers are stale."""
    node = own_broker()
    with node.virtual_host() as vhost, web_receiver() as own:
        chain = Chain(vhost, tmp_path)
        del chain.parts["entrada"]
        chain.add_alerts(OUTAGE, f"guard: {own.address}")
        analytics = chain.parts["servicio-analiticas"]
        stop, start, reason = {
            "analytics": (analytics.kill, analytics.start, "sin_respuesta"),
            "broker": (node.kill, node.start, "sin_broker"),
        }[away]
        with chain.at_work():
            sending = asyncio.create_task(keep_sending(vhost))
            await asyncio.to_thread(wait_for, lambda: alerts(chain)["vigilados"] == CLIENTS, "all")
            await asyncio.to_thread(stop)
            await asyncio.to_thread(wait_for, lambda: firing(chain) == STALE, "stale numbers")
            assert alerts(chain)["motivo"] == reason
            await asyncio.to_thread(start)
            await asyncio.to_thread(wait_for, lambda: not firing(chain), "its end", 40)
            sending.cancel()

            assert set(over(chain)) == STALE
            wait_for(lambda: len(told(own, "RESOLVED").splitlines()) == 1, "told")
            assert len(told(own, "ALERT").splitlines()) == 1


async def keep_sending(vhost: VirtualHost) -> None:
    """Each of many clients once a second, as far as there is a broker."""
    events = json.dumps([{"cliente": f"c{i}"} for i in range(CLIENTS)])
    while True:
        with suppress(subprocess.SubprocessError):
            await asyncio.to_thread(amqp_publish, vhost, events)
        await asyncio.sleep(1)


async def test_a_store_that_can_t_be_written(watched: Chain) -> None:
    """It pauses, messages wait, and both are told."""
    with closing(sqlite3.connect(watched.store_path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(8):
            await publish(watched.vhost, {"cliente": "web"})
        wait_for(lambda: firing(watched) >= {("pausa", None), ("cola", None)}, "both", 40)
        other.execute("ROLLBACK")
    wait_for(lambda: not firing(watched) & {("pausa", None), ("cola", None)}, "their end", 40)


async def test_a_kill_forgets_nothing_and_repeats_nothing(watched: Chain, web: WebReceiver) -> None:
    """What fired before it is over after it, and is told once each."""
    service = watched.parts["servicio-avisos"]
    await publish(watched.vhost, {"cliente": "web"})
    wait_for(lambda: "ALERT: web has been silent" in told(web, "ALERT"), "silence")
    heard = time.time()
    wait_for(lambda: nobody_waits(watched, heard), "noted")
    for _ in range(2):
        service.kill()
        service.start()
        wait_for(lambda: ("silence", "web") in firing(watched), "it fires on")
    service.kill()
    await publish(watched.vhost, {"cliente": "web"})
    service.start()
    wait_for(lambda: ("silence", "web") in over(watched), "its end")
    wait_for(lambda: "RESOLVED: web has been silent" in told(web, "RESOLVED"), "told")

    silences = [line for line in told(web, "ALERT").splitlines() if "web has been silent" in line]
    assert silences.count(silences[0]) == 1  # a later one has another time


async def test_the_panel_says_that_alerts_are_away(watched: Chain) -> None:
    """It goes on without them, with what it was told last and its age."""
    alerts(watched)
    watched.parts["servicio-avisos"].kill()
    end = time.monotonic() + 20
    while int(HTTP.get(f"{watched.web_url}avisos").headers["Age"]) < 2:
        assert time.monotonic() < end
        await asyncio.sleep(0.1)

    assert HTTP.get(f"{watched.web_url}livez").status_code == 200
