"""Every way in which a viewer's connection ends, as contracts/asyncapi.json lists them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from websockets.frames import Opcode

from tests.contracts.asyncapi_document import channel
from tests.panel.conftest import HubOn
from tests.raw_viewer import close_code, everything, frame, open_raw

CODES = channel("panel")["x-close-codes"]
IMPATIENT = {"ping": 0.05, "pong": 0.1, "closing": 0.1, "sweep": 0.02}
WAYS: dict[str, tuple[dict[str, Any], bytes]] = {
    "1002": ({}, b"\x81\x05hola!"),
    "1006": ({"ping": 60}, frame(Opcode.PING, b"x" * 100) * 50),
    "1007": ({}, frame(Opcode.CLOSE, b"\x03\xe8\xff")),
    "1008": ({}, frame(Opcode.TEXT, b"hola")),
    "1009": ({}, b"\x81\xfe\xff\xff" + b"mask"),
    "1012": ({}, b""),
    "1013": ({"viewers": 0}, b""),
    "4008": (IMPATIENT, b""),
}
"""What the limits are, and what a viewer sends, so that it is closed with a code."""


@pytest.mark.parametrize("code", CODES)
async def test_each_code_is_seen(hub_on: HubOn, code: str) -> None:
    """Whoever does what the document says a code means gets that code, or no close at all."""
    limits, sent = WAYS[code]
    _, port = await hub_on(**limits)
    reader, writer = await open_raw(port)

    writer.write(sent)
    if code == "1012":
        next(task for task in asyncio.all_tasks() if "Hub.serve" in repr(task)).cancel()

    assert (close_code(await everything(reader)) or 1006) == int(code)
    assert (CODES[code]["from"] == "nobody") == (code == "1006")
    writer.close()
