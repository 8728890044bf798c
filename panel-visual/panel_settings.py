from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from comun.service_answer import check_url
from comun.settings import BadSettingError, MaybePort, Port, settings_of
from comun.web.web_settings import WebSettings
from push.access.origin_rule import is_origin


class Settings(WebSettings, frozen=True):
    reporte_url: str = "http://127.0.0.1:8091"  # of each of the analytics, comma separated
    avisos_url: str = ""  # empty: there are no alerts
    panel_host: str = "127.0.0.1"
    panel_port: Port = 8092
    push_port: Port = 8093
    panel_reporte_port: MaybePort = 0  # for other panels; 0: for none
    web_port: Port = 8080  # where browsers find the page: part of its origin
    panel_marcos: str = ""  # comma separated: origins that may show the page in a frame
    rabbitmq_user: str = "pulso"  # shown in the command of the empty page, for nothing else
    rabbitmq_port: Port = 5672  # likewise
    push_max_per_address: Annotated[int, Meta(ge=0, le=1_000_000)] = 0  # 0: any number
    push_trusted_hops: Annotated[int, Meta(ge=0, le=8)] = 0  # proxies of ours in front

    @property
    def reporte_urls(self) -> list[str]:
        return _listed(self.reporte_url)

    def origins(self) -> list[str]:
        return _listed(self.panel_origenes)

    def framers(self) -> list[str]:
        return _listed(self.panel_marcos)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings, empty values as if not set; raise BadSettingError for a wrong one."""
    settings = settings_of(environ, Settings)
    for url in settings.reporte_urls or [settings.reporte_url]:
        check_url("REPORTE_URL", url)
    if settings.avisos_url:
        check_url("AVISOS_URL", settings.avisos_url)
    _check_origins("PANEL_ORIGENES", settings.origins())
    _check_origins("PANEL_MARCOS", settings.framers())
    return settings


def _check_origins(variable: str, origins: list[str]) -> None:
    for origin in origins:
        if not is_origin(origin):
            raise BadSettingError(
                f"{variable}={origin[:64]!r}: expected what a browser sends, "
                "like https://pulso.example.org or http://10.0.0.7:8080, without a path"
            )
