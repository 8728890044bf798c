"""
Makes the broker's accounts what accounts.json says: one for each service, no guest.

The exchange that they publish to is made here too.

Runs once at each `docker compose up`, before the services. Reads RABBITMQ_MANAGEMENT_URL, the
operator's RABBITMQ_USER and RABBITMQ_PASSWORD (and OPERADOR_PASSWORD, which replaces it, with those
that it had before in OPERADOR_ANTERIORES), and for each account of accounts.json its password, as
CLIENTES_PASSWORD. Exit codes: 0 done, 1 the broker refuses or does not answer, 2 a variable is
missing; the last line says which.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ACCOUNTS = Path(__file__).with_name("accounts.json")
DEMO = "demo-"  # how the passwords of rabbitmq/demo begin
PATIENCE = 60.0  # seconds until the broker must have answered
EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}
# As servicio-analiticas/broker/topology.py declares it. Here already, so that no publisher ever
# asks for an exchange that is missing, which would be an error in the broker's log.
EXCHANGE = "/exchanges/%2F/eventos_clientes"
FANOUT = {"type": "fanout", "durable": True, "auto_delete": False, "arguments": {}}


class RefusedError(RuntimeError):
    """One sentence: what the broker refused."""


class Management:
    """The management API of RabbitMQ, as far as accounts go."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url.rstrip("/")
        self._login = base64.b64encode(f"{user}:{password}".encode()).decode()

    def call(self, method: str, path: str, body: object = None) -> int:
        """Return the HTTP status; raise URLError while nothing answers there."""
        request = Request(  # noqa: S310 - the operator's own address
            f"{self._url}/api{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {self._login}", "Content-Type": "application/json"},
        )
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except HTTPError as error:
            return error.code

    def must(self, method: str, path: str, body: object = None, also: int = 204) -> None:
        status = self.call(method, path, body)
        if not (200 <= status < 300 or status == also):
            raise RefusedError(f"the broker answered {status} to {method} {path}")


def main(environ: Mapping[str, str]) -> int:
    accounts = json.loads(ACCOUNTS.read_text())
    needed = ["RABBITMQ_MANAGEMENT_URL", "RABBITMQ_USER", "RABBITMQ_PASSWORD"]
    needed += [variable_of(name) for name in accounts]
    if missing := [variable for variable in needed if not environ.get(variable)]:
        say(f"not set: {', '.join(missing)}")
        return 2
    try:
        management = logged_in(environ)
        set_up(management, accounts, environ)
    except (RefusedError, URLError, OSError) as error:
        say(f"the accounts are not set up: {error}")
        return 1
    if demo := [name for name in accounts if environ[variable_of(name)].startswith(DEMO)]:
        say(
            f"DEMO PASSWORDS, known to everybody: {', '.join(demo)}. `make secretos` makes your own"
        )
    say(f"listo: accounts {', '.join(accounts)}; no guest")
    return 0


def variable_of(account: str) -> str:
    return f"{account.upper()}_PASSWORD"


def logged_in(environ: Mapping[str, str]) -> Management:
    """Log in as the operator, with the new password or, once, with one that it replaces."""
    url, user = environ["RABBITMQ_MANAGEMENT_URL"], environ["RABBITMQ_USER"]
    new = environ.get("OPERADOR_PASSWORD") or environ["RABBITMQ_PASSWORD"]
    earlier = environ.get("OPERADOR_ANTERIORES", "").split(",")
    for password in (new, environ["RABBITMQ_PASSWORD"], *filter(None, earlier)):
        management = Management(url, user, password)
        if answering(management) == 200:
            break
    else:
        raise RefusedError(f"RABBITMQ_USER={user!r} with RABBITMQ_PASSWORD may not log in")
    management.must("PUT", f"/users/{user}", {"password": new, "tags": "administrator"})
    return Management(url, user, new)


def answering(management: Management) -> int:
    """Return the status of a login, once the broker answers at all."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return management.call("GET", "/whoami")
        except (URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def set_up(
    management: Management, accounts: Mapping[str, Mapping[str, str]], environ: Mapping[str, str]
) -> None:
    for name, account in accounts.items():
        password = environ[variable_of(name)]
        rights = {right: account[right] for right in EVERYTHING}
        management.must("PUT", f"/users/{name}", {"password": password, "tags": account["tags"]})
        management.must("PUT", f"/permissions/%2F/{name}", rights)
    management.must("PUT", f"/permissions/%2F/{environ['RABBITMQ_USER']}", EVERYTHING)
    management.must("DELETE", "/users/guest", also=404)
    # 400: one of another kind is there. The analytics, which can't work with it, say what differs.
    management.must("PUT", EXCHANGE, FANOUT, also=400)


def say(text: str) -> None:
    print(f"cuentas: {text}", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(os.environ))
