"""From the text of `avisos.yml` to what is to be watched, and how it is told."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import yaml  # type: ignore[import-untyped]

from rules.one_rule import read_rule
from rules.rule import DEFAULTS, Rule
from rules.values import duration
from rules.yaml_places import document, fields, items, refuse, shown, text

MOST_RULES = 200
MOST_CHANNELS = 20
TOP = ("reglas", "canales", "zona", "pagina", "idioma", "gracia")
LANGUAGES = ("es", "en")


@dataclass(frozen=True)
class Channel:
    """How a channel is told: at most one message in *group* seconds, a reminder each *repeat*."""

    name: str
    group: float = 30.0
    repeat: float | None = None


@dataclass(frozen=True)
class RuleBook:
    """*grace*: for so many seconds after an outage nobody is called silent."""

    rules: tuple[Rule, ...] = DEFAULTS
    channels: dict[str, Channel] = field(default_factory=dict)
    zone: str = "UTC"
    page: str = ""
    language: str = "es"
    grace: float = 60.0


def parse_rules(given: str) -> RuleBook:
    """Without any text: the defaults. Raises BadRulesError, which names the line."""
    root = document(given)
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        return RuleBook()
    told = fields(root, TOP, "the file")
    channels = _channels(told.get("canales"))
    return RuleBook(
        rules=_rules(told["reglas"], channels) if "reglas" in told else DEFAULTS,
        channels=channels,
        zone=_zone(told["zona"]) if "zona" in told else "UTC",
        page=_page(told["pagina"]) if "pagina" in told else "",
        language=_language(told["idioma"]) if "idioma" in told else "es",
        grace=duration(told["gracia"], "gracia", 3600) if "gracia" in told else RuleBook.grace,
    )


def _channels(node: yaml.Node | None) -> dict[str, Channel]:
    found: dict[str, Channel] = {}
    for each in items(node, "canales") if node else ():
        told = fields(each, ("nombre", "agrupar", "repetir"), "a channel")
        name = text(told["nombre"], "nombre") if "nombre" in told else ""
        if not name or name in found:
            refuse(each, "each channel needs a nombre of its own")
        if len(found) == MOST_CHANNELS:
            refuse(each, f"at most {MOST_CHANNELS} channels")
        group, repeat = told.get("agrupar"), told.get("repetir")
        found[name] = Channel(
            name,
            duration(group, "agrupar", 3600) if group else Channel.group,
            duration(repeat, "repetir") if repeat else None,
        )
    return found


def _rules(node: yaml.Node, channels: dict[str, Channel]) -> tuple[Rule, ...]:
    found: dict[str, Rule] = {}
    for each in items(node, "reglas"):
        rule = read_rule(each, channels)
        if rule.name in found:
            refuse(each, f"two rules are called {shown(rule.name)}: give each a nombre of its own")
        if len(found) == MOST_RULES:
            refuse(each, f"at most {MOST_RULES} rules")
        found[rule.name] = rule
    return tuple(found.values())


def _zone(node: yaml.Node) -> str:
    name = text(node, "zona")
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        refuse(node, f"zona must be a time zone like Europe/Madrid, not {shown(name)}")
    return name


def _page(node: yaml.Node) -> str:
    given = text(node, "pagina", 200)
    try:
        url = urlsplit(given)
        right = url.scheme in ("http", "https") and url.hostname and not url.username
    except ValueError:
        right = False
    if not right or any(mark in given for mark in " ?#\"'<>"):
        refuse(node, "pagina must be like https://pulso.example.org/panel/, without ? and #")
    return given.rstrip("/") + "/"


def _language(node: yaml.Node) -> str:
    given = text(node, "idioma")
    if given not in LANGUAGES:
        refuse(node, f"idioma must be es or en, not {shown(given)}")
    return given
