"""Real receivers: an SMTP server, an HTTP server and Debian's Alertmanager."""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from judging.alarms import Alert
from keeping.alert_store import AlertStore, Mute, Told, add_mute
from keeping.ledger import Ledger
from rules.rule_file import RuleBook, parse_rules
from rules.yaml_places import BadRulesError
from telling import courier as courier_module
from telling.apprise_channel import AppriseChannel
from telling.channel_file import Channels, parse_channels
from telling.courier import Courier
from telling.receivers import Receivers, WrongAddressError, mute_ended
from telling.tame import tame
from tests.avisos.hushed_log import log_everything
from tests.avisos.receivers import (
    MailReceiver,
    WebReceiver,
    alertmanager,
    wait_for,
)

BOOK = parse_rules(
    "idioma: en\npagina: https://pulso.example.org/panel/\n"
    "canales:\n  - {nombre: guard, agrupar: 1s}\n"
    "reglas:\n  - {tipo: silencio, canales: [guard]}"
)
HOSTILE = '<b>@all</b>\r\nBcc: x@y.z "*_`[a](http://evil.example)'


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(AlertStore(tmp_path / "avisos.db"))
    yield ledger
    ledger.close()


def alert(name: str, subject: str = "web") -> Alert:
    now = time.time()
    return Alert(name, "silencio", "silencio", subject, now - 30, now, 30, 30, "", None, "cliente")


def receivers(*addresses: str, book: RuleBook = BOOK) -> Receivers:
    return Receivers(book, Channels({"guard": addresses}))


async def note(told: Receivers, ledger: Ledger, *alerts: Alert) -> None:
    await ledger.note([(each, told.keys(each, ledger)) for each in alerts])


async def bring(*couriers: Courier) -> None:
    """As if it were time."""
    for each in couriers:
        each._next = 0.0
        await each.bring()


async def test_each_receiver_is_told_once_of_each(
    web: WebReceiver, mail: MailReceiver, ledger: Ledger
) -> None:
    """On firing and when it is over; many that fire together are one message."""
    told = receivers(web.address, mail.address)
    couriers = told.couriers(ledger)
    fired = [alert(f"a{i}", f"c{i}") for i in range(50)]
    await note(told, ledger, *fired)
    for _ in range(3):
        await bring(*couriers)
    await note(told, ledger, *(replace(each, resolved=time.time()) for each in fired))
    for _ in range(3):
        await bring(*couriers)

    assert [each["title"] for each in web.heard] == ["Pulso: 50 alerts", "Pulso: 50 alerts"]
    assert "ALERT: c0 has been silent" in web.heard[0]["message"]
    assert "RESOLVED: c0 has been silent" in web.heard[1]["message"]
    assert [each["Subject"] for each in mail.mails] == ["Pulso: 50 alerts"] * 2
    assert [each.sent for each in couriers] == [100, 100]


async def test_a_hostile_name_in_every_channel(
    web: WebReceiver, mail: MailReceiver, ledger: Ledger
) -> None:
    """A mail has no header and no element more than any other."""
    told = receivers(web.address, mail.address)
    couriers = told.couriers(ledger)
    await note(told, ledger, alert("a", "web"))
    await bring(*couriers)
    await note(told, ledger, alert("b", HOSTILE))
    await bring(*couriers)
    usual, hostile = mail.mails

    assert sorted(usual.keys()) == sorted(hostile.keys())
    assert hostile["Bcc"] is None
    assert "\n" not in web.heard[1]["title"]
    for part in hostile.walk():
        if part.get_content_maintype() == "text":
            said = part.get_content()
            assert "evil.example/" not in said
            assert "@all" not in said
            assert "<b>" not in said


@pytest.mark.parametrize(
    "address",
    [
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
        "tgram://123456789:ABCdefghijkl_mnopqrstuvwxyz01234567/1",
        "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789",
        "mmost://example.org/abcdefghijklmnopqrstuvwxyz",
        "workflows://example.org/abcdefghijklm/abcdefghijklm/",
        "ntfy://example.org/topic",
    ],
)
async def test_a_hostile_name_is_no_markup_of_any_service(
    address: str, web: WebReceiver, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Apprise makes of it for each, sent to a server of ours in the place of theirs."""
    request, here = requests.Session.request, f"http://127.0.0.1:{web.port}/"

    def to_us(session: requests.Session, **given: Any) -> requests.Response:
        return request(session, **(given | {"url": here}))

    monkeypatch.setattr(requests.Session, "request", to_us)
    told = receivers(address)
    (courier,) = told.couriers(ledger)
    usual = alert("a", "harmless")
    for each in (usual, replace(usual, id="b", subject=HOSTILE)):
        await note(told, ledger, each)
        await ledger.tell({(each.id, "guard"): Told()})
        await bring(courier)
        await ledger.tell({(each.id, "guard"): Told(2)})  # whatever it answered
    harmless, hostile = ("\n".join(texts(each)) for each in web.heard)

    assert "harmless has been silent" in harmless
    assert unlinked(hostile) == unlinked(harmless).replace("harmless", tame(HOSTILE))


def unlinked(text: str) -> str:
    """Without the link to our own page, in which a name is quoted."""
    return re.sub(
        r"https://pulso\.example\.org/panel/\?cliente=[\w%.~&;=-]+", "", text.replace("\\", "")
    )


def texts(message: object) -> Iterator[str]:
    """All that a service may show."""
    if isinstance(message, str):
        yield message
    elif isinstance(message, dict):
        for each in message.values():
            yield from texts(each)
    elif isinstance(message, list):
        for each in message:
            yield from texts(each)


async def test_a_receiver_that_is_down_is_tried_again_and_others_are_not_held_up(
    web: WebReceiver, mail: MailReceiver, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told both ends in one message, once; nothing of its address is in the log."""
    log_everything(caplog)
    told = receivers(web.address, mail.address)
    couriers = told.couriers(ledger)
    web.status = 503
    await note(told, ledger, fired := alert("a"))
    await bring(*couriers)
    first = couriers[0]
    assert (first.failed, first.waiting, first.why) == (1, 1, "it answered 503")
    assert first.failing_since is not None
    pause = first._next - time.time()
    await first.bring()
    assert first.failed == 1  # not before its time
    await bring(*couriers)
    assert len(mail.mails) == 1
    assert 0 < pause <= courier_module.FIRST_RETRY

    await note(told, ledger, replace(fired, resolved=time.time()))
    web.status = 200
    await bring(*couriers)
    await bring(*couriers)

    assert [each["title"][:27] for each in web.heard] == ["Pulso: ALERT, AND RESOLVED:"]
    assert not first.why
    assert not first.waiting
    assert len(mail.mails) == 2
    assert "s3cret" not in caplog.text
    assert "1 alerts: it answered 503" in caplog.text


async def test_each_receiver_has_a_reason_of_its_own(web: WebReceiver, ledger: Ledger) -> None:
    """Though they fail at the same time."""
    told = receivers(web.address, "json://127.0.0.1:1/")
    couriers = told.couriers(ledger)
    web.status = 403
    await note(told, ledger, alert("a"))
    await asyncio.gather(*map(bring, couriers))

    assert [each.why for each in couriers] == ["it answered 403", "no connection to it"]


async def test_pauses_between_tries_grow_to_a_bound(web: WebReceiver, ledger: Ledger) -> None:
    """By lot, so that many services do not come back in one moment."""
    told = receivers(web.address)
    (courier,) = told.couriers(ledger)
    web.status = 500
    await note(told, ledger, alert("a"))
    pauses = []
    for _ in range(12):
        await bring(courier)
        pauses.append(courier._next - time.time())

    assert pauses[0] <= 1
    assert courier_module.LONGEST_RETRY / 2.1 < max(pauses) <= courier_module.LONGEST_RETRY


async def test_a_kill_between_message_and_note_is_a_repeat_that_says_so(
    web: WebReceiver, tmp_path: Path
) -> None:
    """Nothing else is repeated, and it is repeated once."""
    ledger = Ledger(AlertStore(tmp_path / "avisos.db"))
    told = receivers(web.address)
    await note(told, ledger, alert("a"), alert("b"))
    await ledger.tell({("a", "guard"): Told(0, sending=True)})
    ledger.close()
    again = Ledger(AlertStore(tmp_path / "avisos.db"))
    (courier,) = told.couriers(again)
    await bring(courier)
    await bring(courier)
    again.close()

    (message,) = web.heard
    assert message["message"].count("you may have had this already") == 1


async def test_muted_alerts_are_told_when_they_outlast_it(
    web: WebReceiver, ledger: Ledger, tmp_path: Path
) -> None:
    """And to nobody when they do not."""
    told = receivers(web.address)
    couriers = told.couriers(ledger)
    path = tmp_path / "avisos.db"
    add_mute(path, Mute(4e9, client="web"), 0)
    await ledger.read_mutes()
    short = alert("short")
    await note(told, ledger, short, alert("long"))
    await note(told, ledger, replace(short, resolved=time.time()))
    await bring(*couriers)
    assert web.heard == []

    add_mute(path, Mute(0, client="web"), 1)
    await ledger.read_mutes()
    late = mute_ended(ledger.firing, told, ledger)
    await ledger.tell(dict.fromkeys(late, Told()))
    await bring(*couriers)

    assert [each["title"][:13] for each in web.heard] == ["Pulso: ALERT:"]


async def test_an_alertmanager_fires_and_resolves(
    web: WebReceiver, ledger: Ledger, tmp_path: Path
) -> None:
    """Debian's takes what it is sent, hostile names too, and tells its own receivers."""
    with alertmanager(tmp_path / "alertmanager", web) as address:
        told = Receivers(BOOK, Channels({}, address))
        (courier,) = told.couriers(ledger)
        fired = [alert("a"), alert("b", HOSTILE)]
        await note(told, ledger, *fired)
        await bring(courier)
        wait_for(lambda: len(web.heard) >= 2, "both fire")
        firing = {each["alerts"][0]["labels"]["sujeto"]: each["status"] for each in web.heard}
        await note(told, ledger, *(replace(each, resolved=time.time()) for each in fired))
        await bring(courier)
        wait_for(lambda: len(web.heard) >= 4, "both are over")

    assert firing == {"web": "firing", HOSTILE: "firing"}
    assert [each["status"] for each in web.heard[2:]] == ["resolved", "resolved"]
    one = web.heard[0]["alerts"][0]
    assert one["labels"]["alertname"] == "silencio"
    assert "has been silent since" in one["annotations"]["summary"]


async def test_an_alertmanager_hears_of_what_fires_each_minute(
    web: WebReceiver, ledger: Ledger
) -> None:
    """Else it would take it for over."""
    told = Receivers(BOOK, Channels({}, f"http://127.0.0.1:{web.port}"))
    (courier,) = told.couriers(ledger)
    await note(told, ledger, alert("a"))
    await bring(courier)
    await bring(courier)
    assert len(web.heard) == 1

    await ledger.tell({("a", "alertmanager"): Told(1, False, time.time() - 60)})
    await bring(courier)
    assert len(web.heard) == 2


async def test_a_try_says_what_came_of_it(web: WebReceiver, mail: MailReceiver) -> None:
    """A message to each, and why one did not take it."""
    web.status = 403
    found = await receivers(web.address, mail.address, "json://127.0.0.1:1/").test()

    assert found == [
        ("guard", "it answered 403"),
        ("guard (2)", ""),
        ("guard (3)", "no connection to it"),
    ]
    assert mail.mails[0]["Subject"] == "Pulso: a test"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("nonsense://user:s3cret@host", "is none that Apprise knows"),
        ("ntfy://s3cret@host/one/two", "has several receivers"),
        ("mailto://u:s3cret@example.org?to=a@example.org,b@example.org", "has several receivers"),
        ("json://s3cret@host/, json://other", "stands for several services"),
    ],
)
def test_an_address_that_can_t_be_told_once_is_refused_and_not_shown(
    address: str, says: str
) -> None:
    """It may hold a password all the same."""
    with pytest.raises(WrongAddressError) as error:
        receivers(address)

    assert says in str(error.value)
    assert "s3cret" not in str(error.value)
    assert "'guard'" in str(error.value)


def test_a_message_is_cut_for_its_service() -> None:
    """Discord refuses more than 2,000 signs, and would refuse them for ever."""
    assert AppriseChannel("discord://1/2").most < 2000
    assert AppriseChannel("tgram://123456789:ABCdefghijkl_mnopqrstuvwxyz01234567/1").most < 4096


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("guard: [", "no YAML"),
        ("- x", "line 1: the file must name each channel"),
        ("guard: a://s3cret\nguard: b://s3cret", "line 2: each channel must be there once"),
        ("x: 1\nguard: *s3cret", "line 2: no YAML"),
        ("guard: {a: s3cret}", "line 1: a channel must be a list"),
        ("guard: []", "from 1 to 10 addresses"),
        ("mail: a://s3cret", "line 1: the channel 'guard' of avisos.yml has no address"),
        ("guard: a://x\nalertmanager: ntfy://s3cret", "line 2: alertmanager must be one http"),
    ],
)
def test_a_wrong_file_of_secrets_is_named_by_its_line(text: str, says: str) -> None:
    """And nothing of what it holds."""
    with pytest.raises(BadRulesError) as error:
        parse_channels(text, ["guard"])

    assert says in str(error.value)
    assert "s3cret" not in str(error.value)


def test_secrets_are_in_no_representation() -> None:
    """A traceback may show what a program holds."""
    channels = parse_channels("guard: ntfy://s3cret\nalertmanager: http://s3cret/", ["guard"])

    assert channels.alertmanager == "http://s3cret"
    assert "s3cret" not in repr(channels)
