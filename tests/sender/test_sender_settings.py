import json
from pathlib import Path

import pytest

from sender_settings import read_settings

CONTRACT = json.loads((Path(__file__).parents[1] / "contracts" / "evento.json").read_text())
BAD_CLIENTS = [
    client
    for case in CONTRACT["rejected"]
    if case["names"] == "cliente"
    if isinstance(client := json.loads(case["raw"]).get("cliente"), str)
]


def test_only_the_client_is_required() -> None:
    """With nothing but CLIENTE the sender talks to a broker on this machine."""
    settings = read_settings({"CLIENTE": "cliente_uno"})

    assert (settings.cliente, settings.events_per_second) == ("cliente_uno", 3.0)
    assert (settings.rabbitmq_host, settings.rabbitmq_port) == ("127.0.0.1", 5672)
    assert (settings.rabbitmq_user, settings.rabbitmq_vhost) == ("pulso", "/")


def test_every_variable_is_read() -> None:
    """Each variable of the contract reaches its setting, and others are ignored."""
    settings = read_settings(
        {
            "CLIENTE": "cliente_dos",
            "EVENTS_PER_SECOND": "0.5",
            "RABBITMQ_HOST": "rabbitmq-service",
            "RABBITMQ_PORT": "5673",
            "RABBITMQ_USER": "u",
            "RABBITMQ_PASSWORD": "p",
            "RABBITMQ_VHOST": "v",
            "HOME": "/root",
        }
    )

    assert settings.events_per_second == 0.5
    assert (settings.rabbitmq_host, settings.rabbitmq_port) == ("rabbitmq-service", 5673)
    assert (settings.rabbitmq_user, settings.rabbitmq_password) == ("u", "p")
    assert settings.rabbitmq_vhost == "v"


@pytest.mark.parametrize("environ", [{}, {"CLIENTE": ""}])
def test_missing_client_is_named(environ: dict[str, str]) -> None:
    """Without CLIENTE, empty or not there, the error says what it is for."""
    with pytest.raises(ValueError, match=r"CLIENTE is not set: .*for example CLIENTE=cliente_uno"):
        read_settings(environ)


@pytest.mark.parametrize("client", BAD_CLIENTS)
def test_client_that_the_analytics_would_reject_is_refused(client: str) -> None:
    """A name that the contract rejects is refused at the start, not event by event."""
    with pytest.raises(ValueError, match=r"^CLIENTE='.*': a name has .*Set CLIENTE in"):
        read_settings({"CLIENTE": client})


def test_the_contract_has_bad_clients() -> None:
    """The contract's bad names are found: control character, newline, surrogate, long, empty."""
    assert len(BAD_CLIENTS) == 5


@pytest.mark.parametrize(
    ("client", "name"),
    [("x" * 64, "x" * 64), ("  jose\u0301 ", "jos\u00e9"), ("\U0001f6d2" * 64, "\U0001f6d2" * 64)],
)
def test_client_is_published_as_it_will_be_counted(client: str, name: str) -> None:
    """64 code points are enough; the name is stripped and composed, as the analytics does."""
    assert read_settings({"CLIENTE": client}).cliente == name


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EVENTS_PER_SECOND", "0"),
        ("EVENTS_PER_SECOND", "-1"),
        ("EVENTS_PER_SECOND", "nan"),
        ("EVENTS_PER_SECOND", "inf"),
        ("EVENTS_PER_SECOND", "1001"),
        ("EVENTS_PER_SECOND", "muchos"),
        ("RABBITMQ_PORT", "0"),
        ("RABBITMQ_PORT", "65536"),
        ("RABBITMQ_PORT", "amqp"),
    ],
)
def test_bad_value_is_named(variable: str, value: str) -> None:
    """The error names the variable and the value that was given."""
    with pytest.raises(ValueError, match=rf"^{variable}='{value}': .*Set {variable} in .env"):
        read_settings({"CLIENTE": "a", variable: value})
