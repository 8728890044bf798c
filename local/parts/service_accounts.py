"""The broker accounts of the services: those that `make secretos` wrote, else the demo's."""

from __future__ import annotations

from pathlib import Path

from env_file import read_env_file

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "rabbitmq" / "demo"
SECRETS = ROOT / "secretos"
SERVICES = ("clientes", "entrada", "analiticas")


def service_account(name: str, secrets: Path = SECRETS) -> dict[str, str]:
    """Return RABBITMQ_USER and RABBITMQ_PASSWORD of one of SERVICES."""
    written = secrets / f"{name}.env"
    return read_env_file(written if written.exists() else DEMO / f"{name}.env")


def service_passwords(secrets: Path = SECRETS) -> dict[str, str]:
    return {name: service_account(name, secrets)["RABBITMQ_PASSWORD"] for name in SERVICES}


def operator_password(given: str, secrets: Path = SECRETS) -> str:
    """What replaces RABBITMQ_PASSWORD of `.env`, once there are secrets."""
    written = secrets / "operador.env"
    return read_env_file(written)["OPERADOR_PASSWORD"] if written.exists() else given


def where_to_log_in_with(secrets: Path = SECRETS) -> str:
    """Where a person finds the operator's account."""
    written = secrets / "operador.env"
    if written.exists():
        return f"user as in .env, password in {secrets.name}/{written.name}"
    return "user and password as in .env"


def demo(secrets: Path = SECRETS) -> bool:
    """Whether any account still has a password that everybody can read in the repository."""
    names = (*SERVICES, "operador")
    return not all((secrets / f"{name}.env").exists() for name in names)
