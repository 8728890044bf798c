"""Several panels behind the one proxy."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.compose_project import Project, docker, wait_until

VIEWERS = 30


@pytest.fixture
def three(project: Project) -> Iterator[list[str]]:
    """The container ids of three panels; one again afterwards."""
    scale = ("up", "-d", "--no-deps", "--no-recreate", "--scale")
    assert project.compose(*scale, "panel-visual=3", "panel-visual").returncode == 0
    wait_until(lambda: len(healthy(project)) == 3, 60, "three panels healthy")
    yield healthy(project)
    assert project.compose(*scale, "panel-visual=1", "panel-visual").returncode == 0
    project.up("panel-visual")


def healthy(project: Project) -> list[str]:
    ids = project.compose("ps", "--quiet", "panel-visual").stdout.split()
    states = docker("inspect", "-f", "{{.State.Health.Status}}", *ids).stdout.split()
    return ids if set(states) == {"healthy"} else []


def crowd(panel: str) -> int:
    """How many connections to the push port a panel has; port 8093 is 1F9D, 01 established."""
    table = docker("exec", panel, "cat", "/proc/net/tcp").stdout.splitlines()
    return sum(":1F9D" in line.split()[1] and line.split()[3] == "01" for line in table)


class Viewer:
    """Comes back as docs/websocket.md asks; remembers when it saw the last snapshot."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connected = False
        self.drops = 0

    async def watch(self) -> None:
        while True:
            try:
                async with connect(self.url, compression=None, proxy=None) as socket:
                    async for frame in socket:
                        if json.loads(frame)["tipo"] == "instantanea":
                            self.connected = True
            except (OSError, TimeoutError, WebSocketException):
                pass
            self.connected, self.drops = False, self.drops + 1
            await asyncio.sleep(0.2)


async def until_all(viewers: list[Viewer], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not all(viewer.connected for viewer in viewers):  # noqa: ASYNC110 - it is a poll
            await asyncio.sleep(0.05)


async def test_one_of_three_panels_killed(
    project: Project, three: list[str], record_property: Callable[[str, object], None]
) -> None:
    """Its viewers are back at the other two, which go on all the while."""
    url = f"ws://127.0.0.1:{project.ports['WEB_PORT']}/panel/ws"
    viewers = [Viewer(url) for _ in range(VIEWERS)]
    async with asyncio.TaskGroup() as tasks:
        watching = []
        for viewer in viewers:
            # One after the other: for those of one moment Traefik looks the name up once, and all
            # of them go to the same panel.
            watching.append(tasks.create_task(viewer.watch()))
            await until_all([viewer], 30)
        drops = [viewer.drops for viewer in viewers]
        crowds = {panel: crowd(panel) for panel in three}
        victim = max(crowds, key=lambda panel: crowds[panel])
        record_property("viewers_at_each", str(sorted(crowds.values())))

        assert docker("kill", victim).returncode == 0
        began = time.monotonic()
        while sum(v.drops > d for v, d in zip(viewers, drops, strict=True)) < crowds[victim]:
            assert time.monotonic() < began + 30, f"viewers at each: {crowds}"
            await asyncio.sleep(0.01)
        lost = time.monotonic()
        await until_all(viewers, 30)
        record_property("seconds_away", round(time.monotonic() - lost, 2))  # 5 on an idle machine

        dropped = sum(v.drops > d for v, d in zip(viewers, drops, strict=True))
        for task in watching:
            task.cancel()

    assert 0 < dropped < VIEWERS
