"""From the environment to a service's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeVar

import msgspec

Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
MaybePort = Annotated[int, msgspec.Meta(ge=0, le=65_535)]  # 0: none
Name = Annotated[str, msgspec.Meta(min_length=1)]
Kind = TypeVar("Kind", bound=msgspec.Struct)

SHOWN = 64  # characters of a wrong value


class BadSettingError(ValueError):
    """One sentence that names the variable, its value and what is right."""


def settings_of(environ: Mapping[str, str], kind: type[Kind]) -> Kind:
    """Return what the environment says; an empty value is as good as none. May raise `wrong`."""
    given = {k: v for k, v in environ.items() if v and k.lower() in kind.__struct_fields__}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        variable = path.rstrip("`")
        raise wrong(variable, given.get(variable, ""), what) from None


def wrong(variable: str, value: str, what: str) -> BadSettingError:
    return BadSettingError(
        f"{variable}={value[:SHOWN]!r}: {what}. Set {variable} in .env or in the environment."
    )
