import json
import re
from pathlib import Path

import pytest

from messages.frames import MAX_PAYLOAD
from push.access.limits import Limits
from push.viewer import TOO_SLOW
from tests.panel.conftest import Contract

DOC = (Path(__file__).parents[2] / "docs" / "websocket.md").read_text()
EXAMPLES = {m["tipo"]: m for m in map(json.loads, re.findall(r"```json\n(.*?)```", DOC, re.DOTALL))}


@pytest.mark.parametrize("tipo", ["instantanea", "cambio", "latido"])
def test_each_message_is_the_contracts(contract: Contract, tipo: str) -> None:
    """The document's examples are those that the panel and the page are tested with."""
    assert EXAMPLES.pop(tipo) == contract(tipo)


def test_the_limits_are_those_in_force() -> None:
    """The figures in the document are the panel's."""
    limits = Limits()

    assert f"| {TOO_SLOW} |" in DOC
    assert MAX_PAYLOAD < 64 * 1024
    for figure in (
        f"full: {limits.viewers:,} viewers",
        f"{limits.handshakes_burst:,} at once, then {limits.handshakes_per_second:.0f} a second",
        f"| {limits.opening:.0f} s, {limits.handshake_bytes // 1024} KB |",
        f"{limits.bytes_between_pings // 1024} KB between two of our pings",
        f"beyond the kernel's buffers, {limits.behind:.0f} s |",
        f"every {limits.ping:.0f} s a ping, {limits.pong:.0f} s for the pong |",
        f"| close | {limits.closing:.0f} s ",
    ):
        assert figure in DOC
