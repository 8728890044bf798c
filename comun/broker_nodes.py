"""
Where the broker's nodes are, and how they are trusted: RABBITMQ_HOST and RABBITMQ_TLS_CA.

Several nodes are those of one cluster: whichever of them is connected to, the queue is the same.
"""

from __future__ import annotations

import ipaddress
import random
import re
import ssl
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from comun.settings import BadSettingError, wrong

TLS_PORTS = {"RABBITMQ_PORT": "5671"}
MOST_NODES = 16
OTHER_NAME = (62, 64)  # OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_ENTRY = re.compile(r"(?P<host>\[[^\]]*\]|[^\s:/@\[\]?#]+)(:(?P<port>[0-9]{1,5}))?")


class BrokerNode(NamedTuple):
    """*host* is a name or an address; one of IPv6 has no brackets here."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def nodes_of(hosts: str, port: int) -> Sequence[BrokerNode]:
    """
    Read `host[:port]`, comma separated, with *port* where none is said.

    Raises ValueError with what is wrong.
    """
    entries = [entry.strip() for entry in hosts.split(",")]
    if len(entries) > MOST_NODES:
        raise ValueError(f"{len(entries)} nodes, at most {MOST_NODES}")
    if len(entries) == 1 and _is_ipv6(entries[0]):  # alone it can't be misread
        return [BrokerNode(entries[0], port)]
    nodes = [_node(entry, port) for entry in entries]
    twice = next((node for node in nodes if nodes.count(node) > 1), None)
    if twice:
        raise ValueError(f"{str(twice)!r} is there twice")
    return nodes


def in_random_order(nodes: Sequence[BrokerNode]) -> Sequence[BrokerNode]:
    """So that those who lose a node do not all come to the same other one."""
    return random.sample(nodes, len(nodes))


def with_tls_ports(
    environ: Mapping[str, str], usual: Mapping[str, str] = TLS_PORTS
) -> Mapping[str, str]:
    """With the ports that are *usual* for TLS, where that is asked for and none are given."""
    if not environ.get("RABBITMQ_TLS_CA"):
        return environ
    return {**usual, **{name: value for name, value in environ.items() if value}}


def check_broker(hosts: str, port: int, authorities: str) -> None:
    """Raises BadSettingError."""
    try:
        nodes_of(hosts, port)
    except ValueError as error:
        raise wrong("RABBITMQ_HOST", hosts, str(error)) from None
    if not authorities:
        return
    try:
        trust(authorities)
    except ssl.SSLError:
        what = "holds no certificate (PEM) of an authority"
        raise _wrong_authorities(authorities, what) from None
    except OSError as error:
        raise _wrong_authorities(authorities, f"can't be read: {error.strerror}") from None


@lru_cache(maxsize=4)
def trust(authorities: str) -> ssl.SSLContext:
    """Trusts the authorities in that file and no others. Raises OSError, which SSLError is."""
    return ssl.create_default_context(cafile=authorities)


def encryption_failure(node: BrokerNode, error: BaseException | None) -> str | None:
    """What a person has to know where TLS is why *node* can't be connected to; else None."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in OTHER_NAME:
            return (
                f"the certificate of {node} is for other names than this one:"
                " write the node into RABBITMQ_HOST as its certificate does"
            )
        return (
            f"the certificate of {node} is not accepted ({error.verify_message}):"
            " RABBITMQ_TLS_CA must hold the authority that signed it"
        )
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):  # it ends, or starts
        return None
    if isinstance(error, ssl.SSLError):
        return f"{node} does not speak TLS as we do ({error.reason}): is that its port for AMQPS?"
    return None


def _node(entry: str, port: int) -> BrokerNode:
    found = _ENTRY.fullmatch(entry)
    if not found:
        if _is_ipv6(entry):
            raise ValueError(f"{entry[:64]!r}: an IPv6 address stands in brackets, [{entry[:64]}]")
        raise ValueError(f"{entry[:64]!r} is no host or host:port")
    host = found["host"]
    if host.startswith("["):
        host = host[1:-1]
        if not _is_ipv6(host):
            raise ValueError(f"{entry[:64]!r}: no IPv6 address in brackets")
    given = int(found["port"] or port)
    if not 1 <= given <= 65535:
        raise ValueError(f"{entry[:64]!r}: a port is a number from 1 to 65535")
    return BrokerNode(host, given)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _wrong_authorities(given: str, what: str) -> BadSettingError:
    return wrong("RABBITMQ_TLS_CA", given, what)
