"""Watches the panel from a terminal: python viewer.py [ws://127.0.0.1:8080/panel/ws]

Needs the package websockets. What the messages mean: docs/websocket.md.
"""

import asyncio
import json
import sys

from websockets import ConnectionClosed
from websockets.asyncio.client import connect


async def watch(url):
    # Comes back by itself, with a growing wait; also from the 404 of a proxy that is only starting.
    again = {"process_exception": lambda error: print(error, file=sys.stderr, flush=True)}
    async for socket in connect(url, compression=None, **again):
        state = {"epoca": None, "version": None, "clientes": {}}
        try:
            async for text in socket:
                message = json.loads(text)
                if message["tipo"] == "cambio":
                    if (message["epoca"], message["previa"]) != (state["epoca"], state["version"]):
                        break  # a gap: the next connection begins with everything
                    merged = {**state["clientes"], **message["clientes"]}
                    message["clientes"] = {k: v for k, v in merged.items() if v is not None}
                elif message["tipo"] != "instantanea":
                    continue
                state = message
                print(state["total"], json.dumps(state["clientes"], ensure_ascii=False), flush=True)
        except ConnectionClosed:
            continue


if __name__ == "__main__":
    try:
        asyncio.run(watch(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8080/panel/ws"))
    except KeyboardInterrupt:
        sys.exit(130)
