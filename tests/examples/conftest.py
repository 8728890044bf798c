from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.examples.client_programs import LANGUAGES, can_run, command, is_told
from tests.foreign_publisher import publish, wait_for
from tests.late_proxy import late_proxy
from tests.stack import Part

PATIENCE = 30.0  # seconds: three runtimes start and come back, on a machine that does other things


@pytest.fixture(scope="module")
def chain(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """One for all examples; who ends a part of it starts it again."""
    with (
        broker.virtual_host() as vhost,
        Chain(vhost, tmp_path_factory.mktemp("examples")).at_work() as chain,
    ):
        yield chain


@pytest.fixture(scope="module")
def watched(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """After what the client of each language showed the report: all go through one story."""
    folder = tmp_path_factory.mktemp("watching")
    panel, proxy = chain.parts["panel-visual"], chain.parts["reverse-proxy"]
    proxy.kill()
    try:
        with late_proxy(chain.routes, folder) as late, watching(chain, folder) as viewers:
            story = Story(chain, viewers)
            assert until(lambda: len(late.turned_away("/panel/ws")) == len(viewers)), late.log
            late.know_routes()
            story.goes_on("the proxy did not know its routes: 404")
            panel.stop()
            panel.start()
            story.goes_on("the panel was restarted: 1012")
            panel.kill()
            panel.start()
            story.goes_on("the panel was killed: 1006")
    finally:
        proxy.start()
    return story.shown


class Story:
    """Events, one after the other, and who shows each."""

    def __init__(self, chain: Chain, viewers: Mapping[str, Part]) -> None:
        self._chain, self._viewers = chain, viewers
        self.shown: dict[str, list[str]] = defaultdict(list)

    def goes_on(self, after: str) -> None:
        name = f"cliente_{len(after)}"
        asyncio.run(publish(self._chain.vhost, {"cliente": name}, after))
        url = (
            f"http://127.0.0.1:{self._chain.routes.reporte_port}/reporte"  # whatever the proxy does
        )
        report = wait_for(url, lambda report: name in report["clientes"])
        waiting = dict(self._viewers)

        def all_show() -> bool:
            for language, viewer in list(waiting.items()):
                if is_told(viewer.log, report["clientes"]):
                    self.shown[language].append(after)
                    del waiting[language]
            return not waiting

        until(all_show)


def until(condition: Callable[[], bool]) -> bool:
    """Wait for it, but not for ever; whether it came."""
    end = time.monotonic() + PATIENCE
    while not (came := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return came


@contextmanager
def watching(chain: Chain, folder: Path) -> Iterator[dict[str, Part]]:
    """The client of each language that is here."""
    with ExitStack() as stack:
        viewers = {
            language: Part(language, command(language, "watch", chain.origin), os.environ, folder)
            for language in filter(can_run, LANGUAGES)
        }
        for viewer in viewers.values():
            stack.callback(viewer.kill)
            viewer.start()
        yield viewers
