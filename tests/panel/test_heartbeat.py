import datetime
import json

import pytest

from heartbeat import Heartbeat
from hub import Hub
from origin_rule import OriginRule
from report_wire import Depth, Estado

ESTADO = Estado(
    broker="conectado",
    almacen="ok",
    cola=Depth(listos=1, sin_ack=2),
    atraso_s=0.5,
    tasas={"1s": 4.0},
)


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def told(heartbeat):
    return json.loads(heartbeat.payload())


def age(message):
    datos_de, ahora = (datetime.datetime.fromisoformat(message[k]) for k in ("datos_de", "ahora"))
    return (ahora - datos_de).total_seconds()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def heartbeat(clock):
    return Heartbeat(Hub(OriginRule(8080)), clock)


def test_before_the_first_answer_nothing_is_known(heartbeat):
    """Neither a state nor a time of the data."""
    message = told(heartbeat)

    assert message.pop("tipo") == "latido"
    assert message.pop("analiticas") == "caida"
    assert message.pop("ahora")
    assert set(message.values()) == {None}


def test_while_online_it_tells_the_state(heartbeat, clock):
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
    assert age(message) == pytest.approx(0.25, abs=0.002)


def test_while_away_it_tells_how_old_the_data_is(heartbeat, clock):
    """What was known of the state is not known any more; the age grows."""
    heartbeat.tell(ESTADO)
    heartbeat.answered()
    heartbeat.turn(online=True)
    heartbeat.turn(online=False)
    clock.now += 600

    message = told(heartbeat)

    assert (message["analiticas"], message["broker"], message["cola"]) == ("caida", None, None)
    assert age(message) == pytest.approx(600, abs=0.002)
