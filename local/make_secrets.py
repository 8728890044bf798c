"""
`make secretos`: writes random passwords and keys below secretos/, for this machine only.

The broker's accounts from there are used from the next start on, without any setting. What was
written before is kept; `make secretos ROTAR=1` replaces it. Exit codes: 0, 1 nothing written.
"""

from __future__ import annotations

import argparse
import hashlib
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import bcrypt

from env_file import read_env_file
from parts.service_accounts import SECRETS, SERVICES

DASHBOARD_USER = "pulso"
# The proxy checks the password at each request: 2 ms at this cost, 250 ms at bcrypt's usual 12.
# Slow hashes protect what people choose; of 144 random bits there is nothing to guess.
BCRYPT_COST = 5
MOST_EARLIER = 8
KEY_PREFIX = "pulso_"  # sender/intake/access/keys.py
NEXT = """\
Written below {folder}/ (not in git), each file for its reader alone:
  operador.env   the broker's operator: user as in .env, password {operator}
  cuentas.env, clientes.env, entrada.env, analiticas.env   one account a service
  grafana.env    Grafana, of compose's profile observabilidad: user and password are in it
  usuarios       basic auth: user {user}, password {password}
                 on with this line in .env:  USUARIOS=secretos/usuarios
  claves         API keys of POST /eventos: key {key}, for any client
                 (header X-API-Key; with basic auth on, a request carries both)
                 on with this line in .env:  ENTRADA_CLAVES=secretos/claves
Passwords and key are shown only now. The accounts hold from the next start on."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make secretos", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=SECRETS)
    parser.add_argument("--rotate", action="store_true", help="replace what is there")
    given = parser.parse_args()
    if (given.folder / "operador.env").exists() and not given.rotate:
        print(
            f"make secretos: {given.folder} holds secrets already; nothing was changed."
            " Replace them with `make secretos ROTAR=1`.",
            file=sys.stderr,
        )
        return 1
    operator, password = secrets.token_urlsafe(24), secrets.token_urlsafe(18)
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    earlier = earlier_passwords(given.folder / "operador.env")
    write_all(given.folder, files_of(operator, password, key, earlier))
    print(
        NEXT.format(
            folder=given.folder, operator=operator, user=DASHBOARD_USER, password=password, key=key
        )
    )
    return 0


def earlier_passwords(path: Path) -> list[str]:
    """
    What the broker may still know its operator by, newest first.

    Each start of compose replaces it, but only who knows it may; and nobody knows how often the
    secrets were replaced since the last start.
    """
    if not path.exists():
        return []
    was = read_env_file(path)
    before = was.get("OPERADOR_ANTERIORES", "").split(",")
    return [was["OPERADOR_PASSWORD"], *filter(None, before)][:MOST_EARLIER]


def files_of(operator: str, password: str, key: str, earlier: Sequence[str] = ()) -> dict[str, str]:
    """Return what each file holds; accounts get passwords that nobody needs to see."""
    passwords = {name: secrets.token_urlsafe(24) for name in SERVICES}
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(BCRYPT_COST)).decode()
    return {
        "operador.env": env_lines(
            {"OPERADOR_PASSWORD": operator, "OPERADOR_ANTERIORES": ",".join(earlier)}
        ),
        "cuentas.env": env_lines({f"{n.upper()}_PASSWORD": p for n, p in passwords.items()}),
        **{
            f"{name}.env": env_lines({"RABBITMQ_USER": name, "RABBITMQ_PASSWORD": word})
            for name, word in passwords.items()
        },
        "grafana.env": env_lines(
            {
                "GF_SECURITY_ADMIN_USER": DASHBOARD_USER,
                "GF_SECURITY_ADMIN_PASSWORD": secrets.token_urlsafe(24),
            }
        ),
        "usuarios": f"{DASHBOARD_USER}:{hashed}\n",
        "claves": f"operador {hashlib.sha256(key.encode()).hexdigest()} *\n",
    }


def env_lines(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


def write_all(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    for name, text in files.items():
        path = folder / name
        path.unlink(missing_ok=True)
        # Compose mounts these two into containers that run as another user; both hold only hashes.
        # On this machine nobody else gets to them: the folder is closed.
        path.touch(mode=0o600)
        path.write_text(text)
        if name in ("usuarios", "claves"):
            path.chmod(0o644)


if __name__ == "__main__":
    sys.exit(main())
