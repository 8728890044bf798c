"""What Prometheus makes of the real services: the dashboard has data, and trouble raises alerts."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.backlog import publish_backlog
from tests.chain_stack import Chain
from tests.foreign_publisher import publish, read, wait_for
from tests.prometheus_stack import OBSERVABILITY, Prometheus, wait

ALERTS = {
    *("PulsoPartDown", "PulsoBrokerAway", "PulsoConsumerStuck", "PulsoStorePaused"),
    *("PulsoQueueGrowing", "PulsoReportStale", "PulsoRejectedFlood"),
    *("PulsoBrokerNotWriting", "PulsoBrokerLogDied", "PulsoSetAsideByBroker", "PulsoSetAsideStuck"),
}
TESTED_RULES = Path(__file__).with_name("alerts.test.yml")


@pytest.fixture
async def viewer(metrics: tuple[Chain, dict[str, str]]) -> AsyncIterator[None]:
    async with connect(metrics[0].ws_url, compression=None, proxy=None):
        yield


def post(url: str, event: dict[str, str]) -> int:
    return httpx.post(url, json=event, trust_env=False).status_code


def dashboard_queries() -> dict[str, str]:
    board = json.loads((OBSERVABILITY / "grafana" / "dashboards" / "pulso.json").read_text())
    return {panel["title"]: panel["targets"][0]["expr"] for panel in board["panels"]}


async def test_every_panel_of_the_dashboard_has_data(
    watched: tuple[Chain, Prometheus], viewer: None, metrics: tuple[Chain, dict[str, str]]
) -> None:
    """While events are counted and one viewer watches; no series names a client."""
    chain, prometheus = watched
    before = read(chain.report_url)
    await publish(chain.vhost, {"cliente": "secreto-cliente"})
    await publish(chain.vhost, b"no es json")
    assert post(chain.intake_url, {"cliente": "por-http"}) == 202
    total = before["total"] + 2
    rejected = before["rechazados"] + 1
    wait_for(chain.report_url, lambda r: (r["total"], r["rechazados"]) == (total, rejected))
    queries = dashboard_queries()

    wait(lambda: bool(prometheus.query(f"pulso_ledger_events == {total}")), "the events")
    wait(lambda: all(map(prometheus.query, queries.values())), f"data for {queries}")

    assert len(queries) >= 12
    values = {title: prometheus.query(query) for title, query in queries.items()}
    assert [each["value"][1] for each in values["Viewers"]] == ["1"]
    series = str(prometheus.query('{__name__=~"pulso_.+"}'))
    assert "secreto-cliente" not in series
    assert "por-http" not in series
    assert [complaints(target) for target in metrics[1].values()] == [""] * 4


def complaints(target: str) -> str:
    """What Prometheus's own tool says about the names and labels of what it would scrape."""
    told = httpx.get(f"http://{target}/metrics", trust_env=False).text
    promtool = shutil.which("promtool")
    assert promtool, "no promtool on PATH; `make test` installs it with Prometheus"
    done = subprocess.run(
        [promtool, "check", "metrics"], input=told, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_every_rule_evaluates_and_nothing_is_wrong(watched: tuple[Chain, Prometheus]) -> None:
    """On a chain in good order each alert is looked at, without an error, and silent."""
    _, prometheus = watched
    wait(lambda: all(rule["health"] == "ok" for rule in prometheus.rules()), "rules evaluated")

    assert {rule["name"] for rule in prometheus.rules()} == ALERTS
    assert not [rule for rule in prometheus.rules() if rule.get("lastError")]
    assert prometheus.firing() == set()


async def test_a_store_that_cannot_be_written(watched: tuple[Chain, Prometheus]) -> None:
    """
    Nothing is counted while more and more waits: three alerts, each by its own signs.

    And none when another program has let go of the store and what waited is counted.
    """
    chain, prometheus = watched
    before = read(chain.report_url)["total"]
    await publish_backlog(chain.vhost, 1, ["a"], events=1)
    wait_for(chain.report_url, lambda r: r["total"] == before + 1)
    with closing(sqlite3.connect(chain.store_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        sent = 1
        end = time.monotonic() + 90
        wanted = {"PulsoStorePaused", "PulsoConsumerStuck", "PulsoQueueGrowing"}
        while not prometheus.firing() >= wanted:
            assert time.monotonic() < end, f"firing: {prometheus.firing()}"
            # No more than can be counted soon afterwards.
            await publish_backlog(chain.vhost, 200, ["a"], events=1)
            sent += 200
            await asyncio.sleep(0.2)
        assert prometheus.firing() == wanted
        other.execute("ROLLBACK")

    wait_for(chain.report_url, lambda r: r["total"] == before + sent)
    prometheus.wait_quiet()


def test_analytics_that_hang(watched: tuple[Chain, Prometheus]) -> None:
    """The panel shows old numbers, and the scrape of the analytics finds nobody."""
    chain, prometheus = watched
    analytics = chain.parts["servicio-analiticas"]

    analytics.pause()
    prometheus.wait_firing("PulsoReportStale", "PulsoPartDown")
    analytics.resume()

    prometheus.wait_quiet()


async def test_a_flood_of_messages_that_cannot_be_counted(
    watched: tuple[Chain, Prometheus],
) -> None:
    chain, prometheus = watched
    before = rejected_by_field(prometheus)
    end = time.monotonic() + 60
    while "PulsoRejectedFlood" not in prometheus.firing():
        assert time.monotonic() < end
        for n in range(20):
            await publish(chain.vhost, b'{"cliente": %d}' % n)

    assert prometheus.firing() == {"PulsoRejectedFlood"}
    assert {field for field, _ in rejected_by_field(prometheus) - before} == {"cliente"}
    prometheus.wait_quiet()


def rejected_by_field(prometheus: Prometheus) -> set[tuple[str, str]]:
    """How many messages were rejected for each field, of those fields for which some were."""
    found = prometheus.query("pulso_rejected_messages_total > 0")
    return {(each["metric"]["field"], each["value"][1]) for each in found}


def promtool(*words: str | Path) -> subprocess.CompletedProcess[Any]:
    program = shutil.which("promtool")
    assert program, "no promtool on PATH; `make test` installs it"
    return subprocess.run([program, *words], capture_output=True, text=True, check=False)


def test_each_alert_at_its_real_durations() -> None:
    """promtool runs each rule over made-up hours: when it fires, with which words, and when not."""
    done = promtool("test", "rules", TESTED_RULES)

    assert done.returncode == 0, done.stdout + done.stderr
    tried = TESTED_RULES.read_text()
    assert all(f"alertname: {name}\n" in tried for name in ALERTS)


def test_configuration() -> None:
    """The files as they ship are what Prometheus takes."""
    done = promtool("check", "config", OBSERVABILITY / "prometheus.yml")

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(ALERTS)} rules found" in done.stdout


def test_every_alert_and_metric_is_explained() -> None:
    """docs/operations.md has a heading for each alert, and a line for each metric."""
    guide = (OBSERVABILITY.parent / "docs" / "operations.md").read_text()
    queries = " ".join(dashboard_queries().values()) + (OBSERVABILITY / "alerts.yml").read_text()

    assert not [name for name in ALERTS if f"### `{name}`\n" not in guide]
    assert not [name for name in re.findall(r"pulso_\w+", queries) if f"`{name}" not in guide]
