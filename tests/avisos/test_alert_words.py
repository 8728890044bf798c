"""What people read, and what hostile names can't make of it."""

import re
from dataclasses import replace

import pytest

from judging.alarms import Alert
from telling.alert_words import WORDS, AlertWords
from telling.due import Due
from telling.message import MOST_PARTS, compose
from telling.tame import tame

T = 1_790_000_000.0
ALERT = Alert("a", "silencio", "silencio", "web", T, T + 30, 30, 30, about="cliente")
PAGE = "https://pulso.example.org/panel/"
HOSTILE = [
    "<script>alert(1)</script>",
    "*bold* _it_ ~no~ `code` ||spoiler||",
    "[click](http://evil.example/)",
    "<!channel> <@U123> @everyone @here",
    "a\r\nBcc: victim@example.org",
    "https://evil.example/?x=1&y=2#z",
    "\u202egnp.exe",
    "{{7*7}} ${jndi:ldap://x} %(x)s {who}",
    "'; DROP TABLE avisos; --",
    "tel:+123 mailto:x@y",
]
MARKUP = re.compile(r"[<>&*`\[\]()|~#!@{}$%'\";=?:/\\^\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_letters(name: str) -> None:
    """No sign of it means anything to Markdown, HTML, Slack, a header or a shell."""
    assert not MARKUP.search(tame(name))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", WORDS)
def test_a_message_holds_nothing_of_a_hostile_name(name: str, language: str) -> None:
    """Beside it, nothing but our own words and one link to our own page."""
    words = AlertWords(language, "UTC", PAGE)
    message = compose([Due(replace(ALERT, subject=name), "fires")], words)
    ours = compose([Due(replace(ALERT, subject="x"), "fires")], words)
    link = message.body.splitlines()[-1]

    assert message.title == ours.title.replace("x ", f"{tame(name)} ", 1)
    assert link.startswith(f"{PAGE}?cliente=")
    assert re.fullmatch(r"[\w%.~-]+", link.removeprefix(f"{PAGE}?cliente=").split("&")[0])
    assert "\n" not in message.title


def test_usual_names_stay_as_they_are() -> None:
    """Letters of any script, digits, and what names are made of."""
    for name in ("cliente_uno", "tienda-3", "v1.2", "etc.", "Größe", "日本", "año"):
        assert tame(name) == name


def test_a_name_is_no_host() -> None:
    """Readers make links of hosts by themselves."""
    assert tame("login.evil.example") == "login．evil．example"


def test_both_languages_say_the_same() -> None:
    """Each sentence is there in both, with the same places to fill."""

    def places(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)}", text))

    assert WORDS["es"].keys() == WORDS["en"].keys()
    for key, text in WORDS["es"].items():
        assert places(text) == places(WORDS["en"][key]), key


def test_says_what_since_when_and_where_to_look() -> None:
    """The link shows this client around the moment."""
    words = AlertWords("en", "Europe/Madrid", PAGE)
    message = compose([Due(ALERT, "fires")], words)

    assert message.title == "Pulso: ALERT: web has been silent since 16:13:20 (2026-09-21)"
    assert message.body.splitlines() == [
        "ALERT: web has been silent since 16:13:20 (2026-09-21)",
        "silencio, at 16:13:50 (2026-09-21)",
        f"{PAGE}?cliente=web&ventana=15m&hasta=2026-09-21T14%3A21%3A20Z",
    ]


def test_a_repeat_and_an_end_say_so() -> None:
    """Whoever reads it knows that it may be the second time, and how long it lasted."""
    words = AlertWords("es", "UTC", "")
    message = compose([Due(replace(ALERT, resolved=T + 95), "over", repeated=True)], words)

    assert message.title.startswith("Pulso: RESUELTO: web calla desde las")
    assert "duró 0:01:05" in message.body
    assert "(puede que ya lo haya recibido)" in message.body
    assert "http" not in message.body


def test_many_are_one_message() -> None:
    """The title says how many, the body names the first, and counts the rest."""
    words = AlertWords("en", "UTC", PAGE)
    many = [Due(replace(ALERT, id=str(i), subject=f"c{i}"), "fires") for i in range(50)]
    message = compose(many, words)

    assert message.title == "Pulso: 50 alerts"
    assert message.body.count("has been silent") == MOST_PARTS
    assert message.body.endswith("and 30 more, on the page")


def test_a_message_is_as_short_as_its_service_wants() -> None:
    """Whoever finds no place in it is counted; one is always named."""
    words = AlertWords("en", "UTC", PAGE)
    many = [Due(replace(ALERT, id=str(i), subject=f"c{i}"), "fires") for i in range(50)]
    for most in (400, 1024, 2000):
        message = compose(many, words, most)
        named = message.body.count("has been silent")
        assert len(message.body) <= most
        assert named > 1
        assert message.body.endswith(f"and {50 - named} more, on the page")

    assert compose(many, words, 10).body.count("has been silent") == 1


@pytest.mark.parametrize(
    ("kind", "note", "value", "limit", "says"),
    [
        ("umbral", "", 12, 10, "web: 12 in the window, above 10"),
        ("umbral", "", 2, 10, "web: 2 in the window, below 10"),
        ("banda", "", 99, 20.5, "web: 99, above what is usual (20.5)"),
        ("rechazados", "", 12345, 10, "12\u202f345 rejected messages, above 10"),
        ("duplicados", "", 12, 10, "12 duplicate messages, above 10"),
        ("cola", "", 12, 10, "12 messages wait, above 10"),
        ("pausa", "en_pausa", 31, 30, "the store has paused since"),
        ("datos", "sin_broker", 31, 30, ": there is no connection to the broker"),
    ],
)
def test_each_kind_has_its_sentence(
    kind: str, note: str, value: float, limit: float, says: str
) -> None:
    """With the number that was found, and its limit."""
    alert = replace(ALERT, kind=kind, note=note, value=value, limit=limit)

    assert says in AlertWords("en", "UTC", "").what(alert)
