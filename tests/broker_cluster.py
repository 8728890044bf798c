"""Three RabbitMQ nodes in one cluster, each on a loopback address of its own, with AMQPS too."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from parts.broker import Node, epmd_command, node_command, node_environment, prepare
from tests.broker_stack import Broker
from tests.port_ranges import free_ports
from tests.stack import Part, listens

ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
NAMES = tuple(f"{name}@{address}" for name, address in zip("abc", ADDRESSES, strict=True))


class Certificates:
    """An authority, what it signed for *names*, and another authority that signed nothing."""

    def __init__(self, folder: Path, names: str) -> None:
        folder.mkdir()
        self.authority, self.stranger = folder / "authority.crt", folder / "stranger.crt"
        self.certificate, self.key = folder / "node.crt", folder / "node.key"
        for path in (self.authority, self.stranger):
            _openssl(
                *("req", "-x509", "-days", "1", "-subj", f"/CN={path.stem}", *NEW_KEY),
                *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
                *("-out", str(path), "-keyout", str(path.with_suffix(".key"))),
            )
        request, extensions = folder / "node.csr", folder / "node.ext"
        # What Python 3.13 asks of a chain
        extensions.write_text(
            f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n"
            "authorityKeyIdentifier=keyid\nbasicConstraints=critical,CA:FALSE\n"
        )
        written = ("-out", str(request), "-keyout", str(self.key))
        _openssl("req", "-new", "-subj", "/CN=node", *NEW_KEY, *written)
        _openssl(
            *("x509", "-req", "-days", "1", "-in", str(request), "-extfile", str(extensions)),
            *("-CA", str(self.authority), "-CAkey", str(self.authority.with_suffix(".key"))),
            *("-CAcreateserial", "-out", str(self.certificate)),
        )


NEW_KEY = ("-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Cluster:
    """`nodes` are started and killed one by one; all have the same ports, accounts and queues."""

    def __init__(self, folder: Path) -> None:
        self.port, self.management_port, self.epmd_port = free_ports(3)
        self.tls_port, self.tls_management_port = free_ports(2)
        self.password, self.cookie = secrets.token_hex(8), secrets.token_hex(8)
        self.certificates = Certificates(
            folder / "tls", ",".join(f"IP:{address}" for address in ADDRESSES)
        )
        self.nodes = [
            ClusterNode(folder / name, name, address, self)
            for name, address in zip(NAMES, ADDRESSES, strict=True)
        ]
        mapper = epmd_command(*(node.node for node in self.nodes))
        self.epmd = Part("epmd", mapper, os.environ, folder, lambda _: listens(self.epmd_port))

    @contextmanager
    def at_work(self) -> Iterator[Cluster]:
        """Started; discarded at the end."""
        with ExitStack() as stack:
            for node in self.nodes:
                stack.callback(node.vm.kill)
            stack.callback(self.epmd.kill)
            self.epmd.start()
            for node in self.nodes:
                node.vm.start(wait=False)
            for node in self.nodes:
                node.vm.wait_ready(90)
            yield self

    def complete(self) -> None:
        """Start again whoever was killed."""
        for node in self.nodes:
            if not node.vm.running:
                node.vm.start()

    def node_at(self, address: str) -> ClusterNode:
        return self.nodes[ADDRESSES.index(address)]


class ClusterNode(Broker):
    def __init__(self, folder: Path, name: str, host: str, cluster: Cluster) -> None:
        folder.mkdir()
        self.name, self.host = name, host
        self.port, self.management_port = cluster.port, cluster.management_port
        self.user, self.password = "pulso", cluster.password
        self.node = Node(
            folder,
            self.port,
            self.management_port,
            cluster.epmd_port,
            free_ports(1)[0],
            self.user,
            self.password,
            name=name,
            address=host,
            cookie=cluster.cookie,
            more=_settings(host, cluster),
        )
        prepare(self.node)
        environment = node_environment(self.node, os.environ)
        command = node_command(self.node)
        self.vm = Part(name, command, environment, folder, lambda _: self.ready())

    def ready(self) -> bool:
        """Whether it serves AMQP and the management API, and knows all nodes."""
        try:
            if not listens(self.port, self.host):
                return False
            nodes = self.api("GET", "/nodes?columns=name,running")
        except httpx.HTTPError:
            return False
        return nodes.is_success and sum(node["running"] for node in nodes.json()) == len(NAMES)


def _settings(host: str, cluster: Cluster) -> list[str]:
    tls = cluster.certificates
    files = {"cacertfile": tls.authority, "certfile": tls.certificate, "keyfile": tls.key}
    return [
        "cluster_formation.peer_discovery_backend = classic_config",
        *(f"cluster_formation.classic_config.nodes.{n} = {name}" for n, name in enumerate(NAMES)),
        "cluster_partition_handling = pause_minority",
        "collect_statistics_interval = 1000",
        f"management.ssl.ip = {host}",
        f"management.ssl.port = {cluster.tls_management_port}",
        f"listeners.ssl.1 = {host}:{cluster.tls_port}",
        "ssl_options.verify = verify_none",
        *(f"ssl_options.{name} = {path}" for name, path in files.items()),
        *(f"management.ssl.{name} = {path}" for name, path in files.items()),
    ]
