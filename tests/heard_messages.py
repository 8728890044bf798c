"""What a viewer hears, up to the moment that a test waits for."""

import asyncio
import json


async def messages_until(viewer, condition, seconds=10.0):
    """Everything received up to the first message that meets the condition."""
    received = []
    async with asyncio.timeout(seconds):
        while not (received and condition(received[-1])):
            received.append(json.loads(await viewer.recv()))
    return received


def is_online(message):
    return message["tipo"] == "latido" and message["analiticas"] == "en_linea"


def is_offline(message):
    return message["tipo"] == "latido" and message["analiticas"] == "caida"


async def first_state(viewer):
    return [m for m in await messages_until(viewer, is_online) if m["tipo"] != "latido"]
