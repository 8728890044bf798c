"""What a load run makes of answers that aren't those of the analytics."""

from pathlib import Path

import pytest

from carga.checking.reporte_client import ReporteAwayError, ReporteClient
from carga.checking.web_access import WebAccess
from parts.proxy import Routes
from tests.late_proxy import late_proxy
from tests.port_ranges import free_ports


async def test_a_starting_proxy_is_no_missing_client(tmp_path: Path) -> None:
    """Its 404 says nothing about a client, which would be told as lost."""
    with late_proxy(Routes(*free_ports(6)), tmp_path) as proxy:
        async with ReporteClient(WebAccess(proxy.url)) as reporte:
            with pytest.raises(ReporteAwayError, match="answers 404"):
                await reporte._counts_of(["uno"])  # what counts() asks for who isn't in the report
