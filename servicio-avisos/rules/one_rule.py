"""One rule of `avisos.yml`, read and checked."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

import yaml  # type: ignore[import-untyped]

from rules.rule import Kind, Names, Rule
from rules.values import duration, number, whole
from rules.yaml_places import fields, items, line_of, refuse, shown, text

ALWAYS = ("nombre", "tipo", "canales")
SCOPE = ("cliente", "salvo")
TAKES: dict[Kind, tuple[str, ...]] = {
    "silencio": (*SCOPE, "tras"),
    "umbral": (*SCOPE, "evento", "encima", "debajo", "ventana", "lecturas"),
    "banda": (*SCOPE, "evento", "veces", "ventana", "lecturas"),
    "rechazados": ("encima", "ventana", "lecturas"),
    "duplicados": ("encima", "ventana", "lecturas"),
    "datos": ("tras",),
    "pausa": ("tras",),
    "cola": ("encima", "tras"),
}
EVERY_FIELD = tuple(dict.fromkeys((*ALWAYS, *(name for names in TAKES.values() for name in names))))


def read_rule(node: yaml.Node, channels: Container[str]) -> Rule:
    told = fields(node, EVERY_FIELD, "a rule")
    if "tipo" not in told:
        refuse(node, f"a rule needs its tipo: one of {', '.join(TAKES)}")
    kind = text(told["tipo"], "tipo")
    if kind not in TAKES:
        refuse(told["tipo"], f"tipo must be one of {', '.join(TAKES)}, not {shown(kind)}")
    for name, value in told.items():
        if name not in (*ALWAYS, *TAKES[kind]):
            refuse(value, f"a rule of tipo {kind} has no {name}: {', '.join(TAKES[kind])} it may")
    values = {name: read(told[key], key) for key, (name, read) in READERS.items() if key in told}
    rule = Rule(
        name=text(told["nombre"], "nombre") if "nombre" in told else kind,
        kind=kind,
        names=_names(kind, told),
        channels=tuple(_known(each, channels) for each in _list(told, "canales")),
        **{**USUAL.get(kind, {}), **values},
    )
    _check(rule, node, told)
    return rule


READERS: dict[str, tuple[str, Callable[[yaml.Node, str], Any]]] = {
    "evento": ("event", text),
    "tras": ("after", duration),
    "encima": ("above", number),
    "debajo": ("below", number),
    "ventana": ("window", lambda node, what: duration(node, what, 86_400)),
    "lecturas": ("readings", lambda node, what: whole(node, what, 1, 100)),
    "veces": ("spreads", lambda node, what: number(node, what, 1, 10)),
}
USUAL: dict[Kind, dict[str, Any]] = {
    "banda": {"window": 120.0},
    "datos": {"after": 30.0},
    "pausa": {"after": 30.0},
    "cola": {"after": 60.0},
}
"""What a kind has where its rule says nothing, and is not the same for all."""


def _names(kind: Kind, told: dict[str, yaml.Node]) -> Names | None:
    if "cliente" not in told and kind != "silencio":
        return None
    pattern = text(told["cliente"], "cliente") if "cliente" in told else "*"
    return Names(pattern, tuple(text(each, "salvo") for each in _list(told, "salvo")))


def _list(told: dict[str, yaml.Node], name: str) -> list[yaml.Node]:
    return list(items(told[name], name)) if name in told else []


def _known(node: yaml.Node, channels: Container[str]) -> str:
    name = text(node, "canales")
    if name not in channels:
        refuse(node, f"there is no channel {shown(name)}: list it under canales of the file")
    return name


def _check(rule: Rule, node: yaml.Node, told: dict[str, yaml.Node]) -> None:
    """What can be seen only of the rule as a whole."""
    at = line_of(node)
    if rule.kind in ("rechazados", "duplicados", "cola") and rule.above is None:
        refuse(node, f"the rule in line {at} needs encima: how many are too many")
    if rule.kind == "umbral" and (rule.above is None) == (rule.below is None):
        refuse(node, f"the rule in line {at} needs either encima or debajo")
    if rule.event and rule.names:
        refuse(told["evento"], "a rule is about a cliente or about an evento, not about both")
    if "salvo" in told and (rule.names is None or rule.names.one):
        refuse(told["salvo"], "salvo belongs to a cliente with a *")
    if rule.kind == "banda" and (rule.window % 60 or rule.window > 3600):
        refuse(told["ventana"], "ventana of a banda must be whole minutes, 60 at most")
