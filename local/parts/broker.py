"""A private RabbitMQ node: its files, its commands and their environment. All on loopback."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "rabbitmq"
NODE_NAME = "pulso@localhost"
# A name for the folder `data` of a node that is the same wherever it lies. A node asks `df` about
# it without quotes and in Latin-1: spaces or an ñ in it, and there is no alarm for a full disk.
DATA = "/proc/self/cwd/data"
# As servicio-analiticas/broker/topology.py declares it
EXCHANGE = {
    "type": "fanout",
    "durable": True,
    "auto_delete": False,
    "internal": False,
    "arguments": {},
}
# Debian's /usr/sbin/rabbitmq-server changes to the user and folders of a system node: this is
# the script behind it. Homebrew's may be missing from PATH.
SERVER_SCRIPTS = (
    "/usr/lib/rabbitmq/bin/rabbitmq-server",
    "/opt/homebrew/sbin/rabbitmq-server",
    "/usr/local/sbin/rabbitmq-server",
)


@dataclass(frozen=True, slots=True)
class Node:
    """Where a node lives and what it listens on; two nodes differ in all of it."""

    folder: Path
    amqp_port: int
    management_port: int
    epmd_port: int
    distribution_port: int
    user: str
    password: str
    services: Mapping[str, str] = field(default_factory=dict)  # passwords, by account
    name: str = NODE_NAME
    address: str = "127.0.0.1"
    cookie: str = ""  # what only the nodes of a cluster know; empty: it makes up its own
    more: Sequence[str] = ()  # lines of configuration


def server_script() -> str | None:
    """The program that starts a node as whoever calls it; None when RabbitMQ is not installed."""
    candidates = (*SERVER_SCRIPTS, shutil.which("rabbitmq-server"))
    return next((path for path in candidates if path and os.access(path, os.X_OK)), None)


def node_command(node: Node) -> list[str]:
    """
    Starts a node within its folder, to which DATA is relative.
    """
    script = server_script()
    if script is None:
        raise FileNotFoundError("rabbitmq-server is not installed")
    return ["/bin/sh", "-c", 'cd "$1" && exec "$2"', "sh", str(node.folder), script]


def guard_command() -> list[str]:
    """What ends a node that no longer writes; reads the node's environment and REPORTE_…"""
    return [shutil.which("bash") or "/bin/bash", str(SETTINGS / "guard.sh")]


def epmd_command(*nodes: Node) -> list[str]:
    """
    Erlang's port mapper, in the foreground: one for all nodes that have the same port for it.

    Started by us, since one that the node starts outlives it and listens on every address.
    """
    addresses = ",".join(node.address for node in nodes)
    return [_epmd(), "-port", str(nodes[0].epmd_port), "-address", addresses]


def _epmd() -> str:
    if found := shutil.which("epmd"):
        return found
    erl = shutil.which("erl")
    beside = sorted(Path(erl).resolve().parents[2].glob("**/epmd")) if erl else []
    if not beside:
        raise FileNotFoundError("epmd is not installed; it comes with Erlang")
    return str(beside[0])


def node_environment(node: Node, inherited: Mapping[str, str]) -> dict[str, str]:
    """
    Everything a node reads, and nothing of a system node's settings.

    The server script becomes the Erlang VM when it believes that input is allowed; so the
    process that we start is the one that we may kill, and it leaves no other behind.
    """
    interface = node.address.replace(".", ",")
    return {
        "PATH": inherited.get("PATH", os.defpath),
        "HOME": str(node.folder / "home"),
        "LANG": "C.UTF-8",
        "ERL_EPMD_PORT": str(node.epmd_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        # For each VM: the node starts another one just to have epmd started, as a daemon that
        # would outlive us.
        "ERL_FLAGS": "-start_epmd false",
        "RABBITMQ_ALLOW_INPUT": "true",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            f"-noinput -kernel inet_dist_use_interface {{{interface}}}"
        ),
        "RABBITMQ_NODENAME": node.name,
        "RABBITMQ_USE_LONGNAME": str("." in node.name).lower(),  # with an address in it
        "RABBITMQ_NODE_IP_ADDRESS": node.address,
        "RABBITMQ_NODE_PORT": str(node.amqp_port),
        "RABBITMQ_DIST_PORT": str(node.distribution_port),
        "RABBITMQ_CONF_ENV_FILE": str(node.folder / "no-rabbitmq-env.conf"),
        "RABBITMQ_CONFIG_FILE": str(SETTINGS / "rabbitmq.conf"),
        "RABBITMQ_CONFIG_FILES": str(node.folder / "conf.d"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(
            SETTINGS / "cluster.config" if node.cookie else node.folder / "no-advanced.config"
        ),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(SETTINGS / "enabled_plugins"),
        "RABBITMQ_PID_FILE": str(node.folder / "pid"),
        "RABBITMQ_MNESIA_BASE": DATA if sys.platform == "linux" else str(node.folder / "data"),
        "RABBITMQ_LOG_BASE": str(node.folder / "log"),
        "RABBITMQ_LOGS": "-",
    }


def prepare(node: Node) -> None:
    """Write the files of a node that differ from machine to machine. Its data is left alone."""
    for name in ("home", "conf.d", f"data/{node.name}", "log"):  # it watches the disk of its data
        (node.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    if node.cookie:
        _write_private(node.folder / "home" / ".erlang.cookie", node.cookie)
    accounts = node.folder / "accounts.json"
    _write_private(accounts, json.dumps(_accounts(node), indent=1))
    _write_private(node.folder / "conf.d" / "10-local.conf", _settings(node, accounts))


def _settings(node: Node, accounts: Path) -> str:
    lines = [
        f"management.tcp.ip = {node.address}",
        f"management.tcp.port = {node.management_port}",
        f"load_definitions = {accounts}",
        *node.more,
    ]
    return "\n".join([*lines, ""])


def _accounts(node: Node) -> dict[str, object]:
    """
    Read at each start: a password that was changed holds, and a guest there never is.

    The exchange is there from the start, so that no publisher ever asks for one that is missing,
    which would be an error in the node's log.
    """
    accounts = json.loads((SETTINGS / "accounts.json").read_text())
    tags = {name: account.pop("tags") for name, account in accounts.items()}
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    services = [{"name": n, "password": p, "tags": tags[n]} for n, p in node.services.items()]
    operator = {"name": node.user, "password": node.password, "tags": "administrator"}
    allowed = {node.user: everything} | {name: accounts[name] for name in node.services}
    return {
        "users": [operator, *services],
        "vhosts": [{"name": "/"}],
        "permissions": [{"user": name, "vhost": "/", **may} for name, may in allowed.items()],
        "exchanges": [{"name": "eventos_clientes", "vhost": "/", **EXCHANGE}],
    }


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
