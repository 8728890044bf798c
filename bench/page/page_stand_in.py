"""
A panel made up for measuring the page: its files, a socket and histories, for many clients.

page_stand_in.py PORT [--clients 500] [--changed 500] [--per-second 10] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import random
import sys
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, Response, request, websocket

from page.panel_http import POLICY
from page.static_files import read_static

STATIC = Path(__file__).resolve().parents[2] / "static"
SHOWN = 200  # what a real panel lists
KINDS = ("vista", "clic", "compra", "alta")
UNITS = {"s": 1, "m": 60, "h": 3600}


def rfc3339(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class World:
    """Counts that grow at random, reproducibly."""

    def __init__(self, clients: int, changed: int, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.changed = changed
        self.counts = {f"cliente_{n:03}": 4000 // (n + 1) + 500 for n in range(clients)}
        self.names = list(self.counts)
        self.types = dict.fromkeys(KINDS, 0)
        self.types["vista"] = sum(self.counts.values())
        self.version = 1

    def go_on(self) -> dict[str, Any]:
        """Count some events; return the message that says so."""
        before = self.shown()
        for name in self.random.sample(self.names, self.changed):
            self.counts[name] += 1 + self.version % 3
        total, kinds = sum(self.counts.values()), KINDS[:3]
        more = total - sum(self.types.values())
        for kind, part in zip(kinds, (more - 2 * (more // 3), more // 3, more // 3), strict=True):
            self.types[kind] += part
        self.version += 1
        now = self.shown()
        clients: dict[str, int | None] = {n: c for n, c in now.items() if before.get(n) != c}
        clients.update((name, None) for name in before if name not in now)
        return self.counts_of("cambio", clients) | {"previa": self.version - 1}

    def shown(self) -> dict[str, int]:
        return dict(sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:SHOWN])

    def snapshot(self) -> dict[str, Any]:
        return self.counts_of("instantanea", self.shown())

    def counts_of(self, tipo: str, clients: dict[str, Any]) -> dict[str, Any]:
        total, shown = sum(self.counts.values()), self.shown()
        return {
            "tipo": tipo,
            "epoca": "e",
            "version": self.version,
            "generado": rfc3339(time.time()),
            "total": total,
            "clientes": clients,
            "otros": {
                "clientes": len(self.counts) - len(shown),
                "total": total - sum(shown.values()),
            },
            "eventos": self.types,
            "otros_eventos": {"tipos": 0, "total": total - sum(self.types.values())},
            "rechazados": 3,
            "duplicados": 7,
            "conflictos": 0,
        }

    def heartbeat(self) -> dict[str, Any]:
        now = rfc3339(time.time())
        return {
            "tipo": "latido",
            "analiticas": "en_linea",
            "datos_de": now,
            "ahora": now,
            "espectadores": 1,
            "cola": {"listos": 0, "sin_ack": 0},
            "broker": "conectado",
            "almacen": "ok",
            "atraso_s": 0.0,
            "tasas": {"1s": 9.0, "10s": 9.0, "60s": 9.0},
            "desde": now,
            "ultimo_commit": now,
            "retraso": {"p50": 0.007, "p95": 0.012, "p99": 0.02, "mensajes": 99},
        }

    def history(self, args: dict[str, str]) -> dict[str, Any]:
        span, step = seconds(args["ventana"]), seconds(args["paso"])
        end = -int(-time.time() // step) * step
        points, by, limit = span // step, args["por"], int(args["limite"])
        choices: dict[str, list[Any]] = {"total": [None], "evento": list(KINDS)}
        names = choices.get(by, list(self.shown()))[:limit]
        waves = [list(self.wave(n, points, step)) for n in range(len(names) + 1)]
        key = {"cliente": "cliente", "evento": "evento", "total": "x"}[by]
        return {
            "epoca": "e",
            "version": self.version,
            "desde": rfc3339(end - span),
            "hasta": rfc3339(end),
            "paso_s": step,
            "series": [
                {"cliente": None, "evento": None, "total": sum(wave), "puntos": wave} | {key: name}
                for name, wave in zip(names, waves[:-1], strict=True)
            ],
            "otros": waves[-1] if by != "total" else [0] * points,
            "recortados": {"futuros": 0, "antiguos": 0},
        }

    def usual(self, args: dict[str, str]) -> dict[str, Any]:
        """A band around what `history` has of all."""
        told = self.history({**args, "por": "total", "limite": "1"})
        (one,) = told.pop("series")
        middle = 4.0 * told["paso_s"]
        points: list[int] = one["puntos"]
        ends = {"bajo": middle / 2, "medio": middle, "alto": 2 * middle}
        usual = {key: [end] * len(points) for key, end in ends.items()}
        whole = {key: end * len(points) for key, end in ends.items()} | {"puntos": sum(points)}
        series = {"semanas": 6, "estado": "sabido", "puntos": points, **usual, "todo": whole}
        return told | {"semanas_minimas": 3, "series": [series]}

    def wave(self, n: int, points: int, step: int) -> Iterator[int]:
        level = 4.0 * step / (n + 1)
        for _ in range(points):
            yield max(0, round(self.random.gauss(level, level**0.5)))


def seconds(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]]


def create_stand_in(world: World, per_second: float) -> Quart:
    app = Quart(__name__, static_folder=None)

    @app.after_request
    async def secure(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.get("/panel/")
    async def get_page() -> Response:
        return file("index.html")

    @app.get("/panel/static/<path:name>")
    async def get_static(name: str) -> Response:
        return file(name)

    @app.get("/panel/historia")
    async def get_history() -> dict[str, Any]:
        return world.history(request.args.to_dict())

    @app.get("/panel/habitual")
    async def get_usual() -> dict[str, Any]:
        return world.usual(request.args.to_dict())

    @app.get("/panel/rechazados")
    async def get_rejections() -> dict[str, Any]:
        return {"motivos": {"no es JSON": 3}, "muestras": []}

    viewers: set[asyncio.Queue[str]] = set()

    @app.websocket("/panel/ws")
    async def push() -> None:
        messages: asyncio.Queue[str] = asyncio.Queue(10_000)
        await websocket.send(json.dumps(world.snapshot()))
        await websocket.send(json.dumps(world.heartbeat()))
        viewers.add(messages)
        try:
            while True:
                await websocket.send(await messages.get())
        finally:
            viewers.discard(messages)

    @app.while_serving
    async def tick() -> AsyncGenerator[None]:
        ticking = asyncio.create_task(_tick(world, per_second, viewers))
        yield
        ticking.cancel()

    return app


async def _tick(world: World, per_second: float, viewers: set[asyncio.Queue[str]]) -> None:
    beat_at = due = time.monotonic()
    while True:
        due += 1 / per_second
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        news = [json.dumps(world.go_on())]
        if time.monotonic() > beat_at:
            beat_at = time.monotonic() + 5
            news.append(json.dumps(world.heartbeat()))
        for messages in viewers:
            for message in news:
                messages.put_nowait(message)


def file(name: str) -> Response:
    found = read_static(STATIC, name)
    if found is None:
        return Response(status=404)
    return Response(found.body, content_type=found.content_type)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--changed", type=int, default=500)
    parser.add_argument("--per-second", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    world = World(given.clients, min(given.changed, given.clients), given.seed)
    config = Config()
    config.bind = [f"127.0.0.1:{given.port}"]
    asyncio.run(serve(create_stand_in(world, given.per_second), config))
    return 0


if __name__ == "__main__":
    sys.exit(main())
