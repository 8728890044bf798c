"""What `/reporte/estado` says of the broker, as its two connections tell it."""

from live.vitals import Vitals


def test_an_alarm_is_a_state_of_the_broker() -> None:
    """Who publishes hears of an alarm; the state lasts as long, and is dated from its begin."""
    vitals = Vitals(desde=0.0)
    vitals.broker_is("conectado")
    vitals.escritura = "ok"
    connected, vitals.desde = vitals.broker, 1.0

    vitals.escritura = "bloqueada"
    alarm, since = vitals.broker, vitals.desde
    vitals.escritura = "bloqueada"
    still = vitals.desde
    vitals.escritura = "ok"

    assert (connected, alarm, vitals.broker) == ("conectado", "bloqueado", "conectado")
    assert since == still > 1.0


def test_a_lost_broker_is_told_before_its_alarm() -> None:
    """A broker that comes back may still be in its alarm; refusals are none."""
    vitals = Vitals()
    vitals.escritura = "bloqueada"
    assert (vitals.broker, vitals.consuming) == ("reconectando", False)

    vitals.broker_is("conectado")
    assert (vitals.broker, vitals.consuming) == ("bloqueado", True)

    vitals.escritura = "rechazada"
    assert vitals.broker == "conectado"
