"""What the parts of a running `docker compose up` may do, tried from inside each."""

from __future__ import annotations

import base64

import pytest

from tests.compose_project import PARTS, Project, docker

CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3)"
# Says by its exit code whether the broker let the account of this container do it.
AMQP = """
import asyncio, os, sys
import aio_pika, aiormq

async def attempt(channel):
    what = sys.argv[1]
    if what == "publish":
        exchange = await channel.get_exchange("eventos_clientes", ensure=False)
        await exchange.publish(aio_pika.Message(b'{"cliente": "derechos"}'), "", timeout=5)
    elif what == "declare":
        await channel.declare_queue("otra")
    elif what == "read":
        await (await channel.get_queue("cola_analiticas", ensure=False)).get(fail=False)
    elif what == "purge":
        await (await channel.get_queue("cola_analiticas", ensure=False)).purge()

async def main():
    connection = await aio_pika.connect(host="rabbitmq-service", login=os.environ["RABBITMQ_USER"],
        password=os.environ["RABBITMQ_PASSWORD"])
    async with connection:
        try:
            await attempt(await connection.channel())
        except aiormq.ChannelAccessRefused:
            sys.exit(3)

asyncio.run(main())
"""
MANAGE = """
import os, sys, urllib.request, urllib.error
request = urllib.request.Request("http://rabbitmq-service:15672/api/users",
    headers={"Authorization": "Basic " + sys.argv[1]})
try:
    print(urllib.request.urlopen(request, timeout=5).status)
except urllib.error.HTTPError as error:
    print(error.code)
"""


@pytest.mark.parametrize(
    ("part", "target", "port", "reached"),
    [
        ("servicio-analiticas", "rabbitmq-service", 5672, True),
        ("panel-visual", "rabbitmq-service", 5672, False),
        ("panel-visual", "rabbitmq-service", 15672, False),
        ("panel-visual", "servicio-analiticas", 8091, True),
        ("panel-visual", "servicio-avisos", 8095, True),
        ("servicio-avisos", "servicio-analiticas", 8091, True),
        ("servicio-avisos", "rabbitmq-service", 5672, False),
        ("cliente-uno", "servicio-avisos", 8095, False),
        ("cliente-uno", "rabbitmq-service", 5672, True),
        ("cliente-uno", "panel-visual", 8092, False),
        ("cliente-uno", "panel-visual", 8093, False),
        ("cliente-uno", "reverse-proxy", 8080, False),
    ],
)
def test_who_reaches_whom(
    project: Project, part: str, target: str, port: int, reached: bool
) -> None:
    """By name and by each address: the panel no broker, a client no panel."""
    networks = project.parts()[target]["NetworkSettings"]["Networks"]
    hosts = [target, *(network["IPAddress"] for network in networks.values())]

    tried = [project.inside(part, "python", "-c", CONNECT, h, str(port)).returncode for h in hosts]

    assert (0 in tried) is reached


@pytest.mark.parametrize("part", sorted(PARTS))
def test_no_process_is_root(project: Project, part: str) -> None:
    """Neither process 1 nor any that it started."""
    container = project.parts()[part]["Id"]

    _, *processes = docker("top", container, "-o", "uid,pid,args").stdout.splitlines()

    assert processes
    assert not [line for line in processes if line.split()[0] == "0"]


@pytest.mark.parametrize("part", sorted(PARTS))
def test_nothing_but_volumes_and_tmp_can_be_written(project: Project, part: str) -> None:
    """Each folder of the root file system is tried."""
    tried = "for d in / /etc /usr /usr/bin /bin /lib /opt /root /srv /srv/* /var /home; do "
    tried += '[ -d "$d" ] && touch "$d/tried" 2>/dev/null && echo "$d"; done; touch /tmp/tried'

    done = project.inside(part, "sh", "-c", tried)

    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    "part", ["servicio-analiticas", "panel-visual", "servicio-avisos", "entrada"]
)
def test_nothing_can_be_installed_or_built(project: Project, part: str) -> None:
    for command in (["python", "-m", "pip", "--version"], ["gcc", "--version"]):
        assert project.inside(part, *command).returncode != 0


@pytest.mark.parametrize(
    ("part", "what", "allowed"),
    [
        *(("cliente-uno", what, what == "publish") for what in ("publish", "declare", "read")),
        *(("entrada", what, what == "publish") for what in ("publish", "declare", "purge")),
        ("servicio-analiticas", "publish", False),
        ("servicio-analiticas", "declare", False),
        ("servicio-analiticas", "read", True),
    ],
)
def test_rights_at_the_broker(project: Project, part: str, what: str, allowed: bool) -> None:
    """Each service's account does what the service is there for; anything else is refused."""
    done = project.inside(part, "python", "-c", AMQP, what)

    assert done.returncode == (0 if allowed else 3), done.stderr


@pytest.mark.parametrize(
    "account",
    ["guest:guest", "clientes:demo-clientes", "entrada:demo-entrada", "analiticas:demo-analiticas"],
)
def test_no_service_administers(project: Project, account: str) -> None:
    """The guest that brokers are born with is gone; no service may manage, though one may look."""
    login = base64.b64encode(account.encode()).decode()

    done = project.inside("servicio-analiticas", "python", "-c", MANAGE, login)

    assert done.stdout.strip() == "401"
