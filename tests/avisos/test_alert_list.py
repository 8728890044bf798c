"""What `/panel/avisos` says, held to the contract that the page's tests read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from quart.testing import QuartClient

from judging.alarms import Alert
from judging.judge import Judge
from judging.readings import Client, Reading
from keeping.alert_store import AlertStore, Mute
from keeping.ledger import Ledger
from rules.rule_file import parse_rules
from serving.alert_http import create_app
from serving.alert_list import MOST_FIRING, MOST_RESOLVED, AlertList
from serving.alert_metrics import AlertCollector
from telling.channel_file import Channels, parse_channels
from telling.receivers import Receivers
from tests.avisos.hushed_log import log_everything
from tests.avisos.readings import WELL, reading
from tests.code_structure import ROOT
from tests.contracts.wire_schemas import example, sent
from watching.analytics import Analytics
from watching.rounds import Rounds
from watching.stored_past import StoredPast
from watching.usual import UsualBands
from watching.watch import Watch

CONTRACT = example("avisos")
T = 1_795_503_600.0  # 2026-11-24T07:00:00Z
BOOK = parse_rules(
    "canales: [{nombre: guardia}]\nreglas:\n"
    "  - {tipo: silencio, canales: [guardia]}\n  - {tipo: datos}\n"
)
SILENT = Alert("1f3a", "silencio", "silencio", "web", T - 90, T, 90.0, 85.25, "", None, "cliente")
STALE = Alert("9c2b", "datos", "datos", "", T - 930, T - 900, 30.0, 30.0, "sin_broker", T - 600)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(AlertStore(tmp_path / "avisos.db"))
    yield ledger
    ledger.close()


class Service:
    """All that answers, without anything that is asked."""

    def __init__(self, ledger: Ledger) -> None:
        self.judge = Judge(BOOK.rules, "UTC", 60.0, ledger.firing)
        receivers = Receivers(
            BOOK, Channels({"guardia": ("json://user:s3cret@127.0.0.1:1/s3cret",)})
        )
        self.couriers = receivers.couriers(ledger)
        past = StoredPast(self.judge.needs_no_past)
        rounds = Rounds(Analytics(httpx.AsyncClient), UsualBands(BOOK.rules, "UTC"), past)
        self.watch = Watch(rounds, self.judge, ledger, receivers, self.couriers)
        self.list = AlertList(self.judge, ledger, rounds, self.couriers)
        self.ledger = ledger
        self.client = QuartClient(create_app(self.list.told, lambda: True))

    def told(self) -> dict[str, Any]:
        told = self.list.told()
        sent("alerts", told)
        return told


async def test_answers_as_the_contract_shows(ledger: Ledger) -> None:
    """Every field, under the names that the page reads."""
    await ledger.note([(SILENT, []), (STALE, [])])
    service = Service(ledger)
    service.judge.freshness.see(WELL, T)
    service.judge.watched.look(T, {"web": Client(1, T - 90)}, "e", T)

    answer = await service.client.get("/avisos")
    told = json.loads(await answer.get_data())

    assert answer.headers["Cache-Control"] == "no-store"
    assert told | {"generado": CONTRACT["generado"]} == CONTRACT


async def test_lists_are_bounded(ledger: Ledger) -> None:
    """The newest are listed, and all are counted."""
    names = [f"c{i}" for i in range(MOST_FIRING + 5)]
    firing = [Alert(n, "silencio", "silencio", n, T, T + i, 1, 1) for i, n in enumerate(names)]
    over = [Alert(f"r{i}", "datos", "datos", "", T, T, 1, 1, "", T + i) for i in range(60)]
    await ledger.note([(each, []) for each in (*firing, *over)])
    told = Service(ledger).told()

    assert [each["id"] for each in told["activos"]] == [*reversed(names)][:MOST_FIRING]
    assert told["activos_total"] == MOST_FIRING + 5
    assert [each["id"] for each in told["resueltos"]] == [
        f"r{59 - i}" for i in range(MOST_RESOLVED)
    ]


async def test_says_why_the_numbers_are_stale(ledger: Ledger) -> None:
    """A page that shows alerts says what they can't know."""
    service = Service(ledger)
    service.judge.judge(Reading(T))

    told = service.told()
    assert (told["al_dia"], told["motivo"]) == (False, "sin_respuesta")
    service.judge.judge(reading(T + 1, status=WELL))
    assert service.told()["al_dia"]


async def test_says_what_is_muted_and_whom_nothing_reaches(ledger: Ledger) -> None:
    """What outlasts a mute is told then, and what an address does not take is tried again."""
    await ledger.note([(SILENT, [])])
    service = Service(ledger)
    ledger.mutes = [Mute(T + 3600), Mute(T + 60, "silencio", "we*")]
    service.couriers[0].failing_since, service.couriers[0].why = T, "no connection to it"
    told = service.told()

    assert [each["callado"] for each in told["activos"]] == [True]
    assert told["silenciado"] == [
        {"hasta": "2026-11-24T08:00:00.000Z", "regla": "", "cliente": ""},
        {"hasta": "2026-11-24T07:01:00.000Z", "regla": "silencio", "cliente": "we*"},
    ]
    assert told["canales"][0]["falla_desde"] == "2026-11-24T07:00:00.000Z"


async def test_nothing_shows_the_address_that_fails(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the page, nor metrics, nor the log; they say by name which channel it is."""
    log_everything(caplog)
    await ledger.note([(SILENT, [(SILENT.id, "guardia")])])
    service = Service(ledger)
    await service.couriers[0].bring()
    answer = await service.client.get("/avisos")
    page = await answer.get_data(as_text=True)
    collector = AlertCollector(service.judge, ledger, service.couriers, service.watch)

    assert json.loads(page)["canales"][0]["motivo"] == "no connection to it"
    assert "guardia" in caplog.text
    for said in (page, str([*collector.collect()]), caplog.text):
        assert "s3cret" not in said
        assert "user:" not in said


async def test_other_paths_are_problems(ledger: Ledger) -> None:
    """As everywhere."""
    answer = await Service(ledger).client.get("/nothing")

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


async def test_metrics_name_rules_and_no_client(ledger: Ledger) -> None:
    """A rule that does not fire is there with 0."""
    await ledger.note([(SILENT, [])])
    service = Service(ledger)
    collector = AlertCollector(service.judge, ledger, service.couriers, service.watch)
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in collector.collect()
        for sample in metric.samples
    }

    assert samples["pulso_alerts_firing", "silencio"] == 1
    assert samples["pulso_alerts_firing", "datos"] == 0
    assert samples["pulso_alerts_sent_total", "guardia"] == 0
    assert samples["pulso_alerts_failed_total", "guardia"] == 0
    assert "web" not in str(samples)


def test_the_document_s_files_are_right() -> None:
    """Both examples are read as they stand."""
    text = (ROOT / "docs/alerts.md").read_text()
    rules, channels = (part.split("```")[0] for part in text.split("```yaml\n")[1:])
    book = parse_rules(rules)

    assert len(book.rules) == 11
    assert book.channels.keys() == {"guardia", "correo"}
    assert parse_channels(channels, book.channels).alertmanager == "http://127.0.0.1:9093"
