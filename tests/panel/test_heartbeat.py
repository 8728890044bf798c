import asyncio
import datetime
import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from messages.report_wire import Depth, Estado, Members, Retraso
from push.access.origin_rule import OriginRule
from push.heartbeat import Heartbeat, is_behind
from push.hub import Hub
from tests.contracts.wire_schemas import sent
from tests.panel.conftest import Soon

ESTADO = Estado(
    broker="conectado",
    almacen="ok",
    cola=Depth(listos=1, sin_ack=2),
    atraso_s=0.5,
    tasas={"1s": 4.0, "10s": 3.8, "60s": 3.9},
    desde="2026-11-24T06:00:00.000Z",
    retraso=Retraso(p50=0.008, p95=0.021, p99=0.034, mensajes=234),
)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def told(heartbeat: Heartbeat) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(heartbeat.payload())
    sent("heartbeat", message)
    return message


def age(message: Mapping[str, Any]) -> float:
    datos_de, ahora = (datetime.datetime.fromisoformat(message[k]) for k in ("datos_de", "ahora"))
    return (ahora - datos_de).total_seconds()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heartbeat(clock: Clock) -> Heartbeat:
    return Heartbeat(Hub(OriginRule(8080)), clock)


def test_before_the_first_answer_nothing_is_known(heartbeat: Heartbeat) -> None:
    """Neither a state nor a time of the data."""
    message = told(heartbeat)

    assert message.pop("tipo") == "latido"
    assert message.pop("analiticas") == "caida"
    assert message.pop("ahora")
    assert message.pop("espectadores") == 0
    assert set(message.values()) == {None}


def test_while_online_it_tells_the_state(heartbeat: Heartbeat, clock: Clock) -> None:
    """The status of the analytics is passed on, and the age is that of their last answer."""
    heartbeat.tell(ESTADO)
    heartbeat.answered()
    heartbeat.turn(online=True)
    clock.now += 0.25

    message = told(heartbeat)

    assert (message["analiticas"], message["broker"], message["almacen"]) == (
        "en_linea",
        "conectado",
        "ok",
    )
    assert message["cola"] == {"listos": 1, "sin_ack": 2}
    assert (message["espectadores"], message["desde"]) == (0, "2026-11-24T06:00:00.000Z")
    assert message["retraso"] == {
        "p50": 0.008,
        "p95": 0.021,
        "p99": 0.034,
        "mensajes": 234,
        "antiguos": 0,
    }
    assert age(message) == pytest.approx(0.25, abs=0.002)


def test_while_away_it_tells_how_old_the_data_is(heartbeat: Heartbeat, clock: Clock) -> None:
    """What was known of the state is not known any more; the age grows."""
    heartbeat.tell(ESTADO)
    heartbeat.answered()
    heartbeat.turn(online=True)
    heartbeat.turn(online=False)
    clock.now += 600

    message = told(heartbeat)

    assert (message["analiticas"], message["broker"], message["cola"]) == ("caida", None, None)
    assert age(message) == pytest.approx(600, abs=0.002)


@pytest.mark.parametrize(
    ("cola", "atraso_s", "behind"),
    [
        (Depth(listos=9, sin_ack=0), 3.0, True),
        (Depth(listos=0, sin_ack=9), 30.0, True),
        (Depth(listos=9, sin_ack=0), 2.9, False),
        (Depth(listos=0, sin_ack=0), 30.0, False),
        (None, 30.0, False),
    ],
)
def test_behind_is_late_with_more_waiting(
    cola: Depth | None, atraso_s: float, behind: bool
) -> None:
    """Late alone may be a client that sends its past; waiting alone is the ordinary coming."""
    estado = msgspec.structs.replace(ESTADO, cola=cola, atraso_s=atraso_s)

    assert is_behind(estado) is behind


async def test_it_beats_faster_while_the_queue_is_worked_off(
    heartbeat: Heartbeat, soon: Soon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn to being behind is told at once, and then every second."""
    told: list[float] = []

    async def beat(payload: bytes) -> None:
        told.append(json.loads(payload)["atraso_s"])

    monkeypatch.setattr(heartbeat._hub, "beat", beat)
    heartbeat.turn(online=True)
    heartbeat.tell(ESTADO)
    running = asyncio.create_task(heartbeat.run())
    await soon(lambda: told)

    heartbeat.tell(msgspec.structs.replace(ESTADO, atraso_s=12.0))

    await soon(lambda: told[-2:] == [12.0, 12.0], seconds=2.5)
    running.cancel()


def test_how_many_count_together(clock: Clock) -> None:
    """Of those that this panel knows of; when their number changes it is told at once."""
    heartbeat = Heartbeat(Hub(OriginRule(8080)), clock, analytics=3)
    heartbeat.turn(online=True)
    members = Members(total=3, en_linea=3, bastan=True)
    heartbeat.tell(msgspec.structs.replace(ESTADO, instancias=2, miembros=members))

    message = told(heartbeat)

    assert message["instancias"] == {"total": 3, "en_linea": 2}
    assert message["miembros"] == {"total": 3, "en_linea": 3, "bastan": True}
    heartbeat.tell(msgspec.structs.replace(ESTADO, instancias=4, miembros=members))
    assert told(heartbeat)["instancias"] == {"total": 4, "en_linea": 4}
    heartbeat.tell(msgspec.structs.replace(ESTADO, instancias=1, almacen="en_pausa"))
    assert told(heartbeat)["instancias"] is None  # they tell each other by the store
