from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from comun.service_answer import check_url
from comun.settings import BadSettingError, Port, settings_of
from comun.web.web_settings import WebSettings
from rules.rule_file import RuleBook, parse_rules
from rules.yaml_places import BadRulesError
from telling.channel_file import Channels, parse_channels


class Settings(WebSettings, frozen=True):
    reporte_url: str = "http://127.0.0.1:8091"  # of each of the analytics, comma separated
    avisos_host: str = "127.0.0.1"
    avisos_port: Port = 8095
    avisos_store_path: Annotated[str, Meta(min_length=1)] = "avisos.db"
    avisos_reglas: str = ""  # path of avisos.yml; empty: the usual rules
    avisos_canales: str = ""  # path of the file with the channels' addresses, which are secrets

    @property
    def reporte_urls(self) -> list[str]:
        return [url.strip() for url in self.reporte_url.split(",")]

    @property
    def store_path(self) -> Path:
        return Path(self.avisos_store_path)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings, empty values as if not set; raise BadSettingError for a wrong one."""
    settings = settings_of(environ, Settings)
    for url in settings.reporte_urls:
        check_url("REPORTE_URL", url)
    return settings


def read_book(settings: Settings) -> RuleBook:
    """What `avisos.yml` says. Raises BadSettingError, which names the line."""
    try:
        return parse_rules(_text("AVISOS_REGLAS", settings.avisos_reglas))
    except BadRulesError as error:
        raise BadSettingError(f"{settings.avisos_reglas}, {error}") from None


def read_channels(settings: Settings, book: RuleBook) -> Channels:
    """Raises BadSettingError, which shows nothing of an address."""
    if book.channels and not settings.avisos_canales:
        raise BadSettingError(
            f"{settings.avisos_reglas} names channels: AVISOS_CANALES must be the path of the"
            " file with their addresses"
        )
    try:
        return parse_channels(_text("AVISOS_CANALES", settings.avisos_canales), book.channels)
    except BadRulesError as error:
        raise BadSettingError(f"{settings.avisos_canales}, {error}") from None


def _text(variable: str, path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise BadSettingError(f"{variable}={path[:200]!r}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadSettingError(f"{variable}={path[:200]!r}: it is no UTF-8") from None
