from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import httpx
import msgspec
from msgspec import Meta

from origin_rule import is_origin

Port = Annotated[int, Meta(ge=1, le=65_535)]


class BadSettingError(ValueError):
    """One sentence that names the variable, its value and what is right."""


class Settings(msgspec.Struct, frozen=True, rename="upper"):
    reporte_url: str = "http://127.0.0.1:8091"
    panel_host: str = "127.0.0.1"
    panel_port: Port = 8092
    push_port: Port = 8093
    web_port: Port = 8080  # where browsers find the page: part of its origin
    panel_origenes: str = ""  # comma separated: further origins
    push_max_per_address: Annotated[int, Meta(ge=0, le=1_000_000)] = 0  # 0: any number
    push_trusted_hops: Annotated[int, Meta(ge=0, le=8)] = 0  # proxies of ours in front

    def origins(self) -> list[str]:
        return [origin.strip() for origin in self.panel_origenes.split(",") if origin.strip()]


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings, empty values as if not set; raise BadSettingError for a wrong one."""
    given = {k: v for k, v in environ.items() if v and k.lower() in Settings.__struct_fields__}
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        expected, _, path = str(error).partition(" - at `$.")
        name = path.rstrip("`")
        raise BadSettingError(f"{name}={given.get(name, '')[:64]!r}: {expected}") from error
    _check_url(settings.reporte_url)
    for origin in settings.origins():
        if not is_origin(origin):
            raise BadSettingError(
                f"PANEL_ORIGENES={origin[:64]!r}: expected what a browser sends, "
                "like https://pulso.example.org or http://10.0.0.7:8080, without a path"
            )
    return settings


def _check_url(text: str) -> None:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or url.path not in ("", "/"):
        raise BadSettingError(
            f"REPORTE_URL={text[:64]!r}: expected something like http://127.0.0.1:8091"
        )
