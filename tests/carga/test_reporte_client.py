"""What a load run makes of answers that aren't those of the analytics."""

from pathlib import Path

import pytest

from carga.reporte_client import ReporteAwayError, ReporteClient
from carga.web_access import WebAccess
from late_proxy import late_proxy
from proxy import Routes
from stack import free_ports


async def test_a_starting_proxy_is_no_missing_client(tmp_path: Path) -> None:
    """Its 404 says nothing about a client, which would be told as lost."""
    with late_proxy(Routes(*free_ports(6)), tmp_path) as proxy:
        async with ReporteClient(WebAccess(proxy.url)) as reporte:
            with pytest.raises(ReporteAwayError, match="answers 404"):
                await reporte._counts_of(["uno"])  # what counts() asks for who isn't in the report
