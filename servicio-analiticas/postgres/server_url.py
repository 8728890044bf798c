"""Which servers STORE_URL names, in which order they are tried, and how that is told."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from database.failures import UnusableStoreError

SCHEMES = ("postgresql://", "postgres://")
DEFAULTS = {
    "connect_timeout": "5",  # seconds, for each host
    "target_session_attrs": "read-write",
    "tcp_user_timeout": "10000",  # ms until what was sent and not taken is a lost connection
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "application_name": "pulso-analiticas",
}

Host = tuple[str, str]
"""Name and port."""


class ServerUrl:
    """Raises UnusableStoreError. Nothing that it tells holds the password."""

    def __init__(self, url: str, password_file: str = "") -> None:
        self._password_file = password_file
        self._given = {**DEFAULTS, **_parsed(url)}
        self._hosts = _hosts(self._given)

    def conninfo(self, only: Host | None = None) -> str:
        """What libpq takes; of all hosts in order, or of one."""
        hosts = [only] if only else self._hosts
        given = self._given | {"password": self._password()}
        if len(self._hosts) > 1 and "hostaddr" not in self._given:
            names, ports = zip(*hosts, strict=True)
            given |= {"host": ",".join(names), "port": ",".join(ports)}
        return make_conninfo(**{name: value for name, value in given.items() if value})

    def try_last(self, host: Host) -> None:
        """It may show what no other server has: ask the others first from now on."""
        if host in self._hosts:
            self._hosts.remove(host)
            self._hosts.append(host)

    def __str__(self) -> str:
        hosts = ",".join(f"{name}:{port}" for name, port in self._hosts)
        return f"{self._given.get('dbname') or 'its usual database'} on {hosts}"

    def _password(self) -> str:
        if not self._password_file:
            return self._given.get("password", "")
        try:
            return Path(self._password_file).read_text().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UnusableStoreError(
                f"STORE_PASSWORD_FILE={self._password_file!r} can't be read: {error}"
            ) from None


def _parsed(url: str) -> dict[str, str]:
    # What libpq says of a URL that it can't read may hold all of it, the password too.
    example = "postgresql://user@host/database"
    if not url.startswith(SCHEMES):
        raise UnusableStoreError(f"STORE_URL is no address of a PostgreSQL, like {example}")
    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.Error:
        raise UnusableStoreError(
            f"STORE_URL can't be read: it is to look like {example}, with %-escapes for what is"
            " neither letter nor digit, and only parameters that libpq knows"
        ) from None


def _hosts(given: dict[str, str]) -> list[Host]:
    names = given.get("host", "").split(",")
    ports = (given.get("port") or "5432").split(",")
    if len(ports) == 1:
        ports *= len(names)
    if len(ports) != len(names):
        raise UnusableStoreError(f"STORE_URL names {len(names)} hosts and {len(ports)} ports")
    return [(name, port or "5432") for name, port in zip(names, ports, strict=True)]
