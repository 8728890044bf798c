from __future__ import annotations

from typing import Literal

import msgspec

from comun.settings import MaybePort, Name
from comun.web.known_hosts import listed


class WebSettings(msgspec.Struct, frozen=True, rename="upper"):
    """What the environment says to every service that answers by HTTP."""

    metrics_host: Name = "127.0.0.1"
    metrics_port: MaybePort = 0  # 0: no metrics
    log_format: Literal["consola", "json"] = "consola"
    # Further names under which it may be asked for, comma separated; origins have a scheme
    web_anfitriones: str = ""
    panel_origenes: str = ""
    acme_dominio: str = ""

    @property
    def hosts(self) -> list[str]:
        return listed(self.web_anfitriones, self.panel_origenes, self.acme_dominio)
