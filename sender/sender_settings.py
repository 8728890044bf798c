from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from client_name import client_name

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Name = Annotated[str, msgspec.Meta(min_length=1)]
# One demo process: for a load there is the simulator, which publishes in batches.
Pace = Annotated[float, msgspec.Meta(gt=0, le=1000)]


class Settings(msgspec.Struct, frozen=True, rename="upper"):
    """What the environment says. CLIENTE has no default: two senders must not share a name."""

    cliente: str
    events_per_second: Pace = 3.0
    rabbitmq_host: Name = "127.0.0.1"
    rabbitmq_port: Port = 5672
    rabbitmq_user: Name = "pulso"
    rabbitmq_password: Name = "pulso"  # noqa: S105 - the demo's, said so in .env
    rabbitmq_vhost: Name = "/"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises ValueError with one sentence that names the variable and what is wrong with it."""
    given = {
        k: v for k, v in environ.items() if v != "" and k.lower() in Settings.__struct_fields__
    }
    if "CLIENTE" not in given:
        raise ValueError(
            "CLIENTE is not set: it is the name to publish as, for example CLIENTE=cliente_uno."
        )
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        raise _wrong(path.rstrip("`"), given, what) from None
    try:
        return msgspec.structs.replace(settings, cliente=client_name(settings.cliente))
    except ValueError as error:
        raise _wrong("CLIENTE", given, str(error)) from None


def _wrong(variable: str, given: Mapping[str, str], what: str) -> ValueError:
    value = repr(given.get(variable, "")[:64])
    return ValueError(f"{variable}={value}: {what}. Set {variable} in .env or in the environment.")
