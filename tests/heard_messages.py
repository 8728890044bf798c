"""What a viewer hears, up to the moment that a test waits for."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection

Message = Mapping[str, Any]


async def messages_until(
    viewer: ClientConnection, condition: Callable[[Message], bool], seconds: float = 10.0
) -> list[Message]:
    """Everything received up to the first message that meets the condition."""
    received: list[Message] = []
    async with asyncio.timeout(seconds):
        while not (received and condition(received[-1])):
            received.append(json.loads(await viewer.recv()))
    return received


def is_online(message: Message) -> bool:
    return _says(message, "en_linea")


def is_offline(message: Message) -> bool:
    return _says(message, "caida")


def _says(message: Message, analiticas: str) -> bool:
    return (message["tipo"], message.get("analiticas")) == ("latido", analiticas)


async def first_state(viewer: ClientConnection) -> list[Message]:
    return [m for m in await messages_until(viewer, is_online) if m["tipo"] != "latido"]
