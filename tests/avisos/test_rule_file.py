"""What `avisos.yml` may say, and what is said of one that is wrong."""

import pytest

from rules.rule import DEFAULTS, Names, Rule
from rules.rule_file import Channel, RuleBook, parse_rules
from rules.yaml_places import BadRulesError

EVERYTHING = """
zona: Europe/Madrid
pagina: https://pulso.example.org/panel
idioma: en
gracia: 2m
canales:
  - nombre: guardia
    agrupar: 10s
    repetir: 4h
  - nombre: correo
reglas:
  - tipo: silencio
    canales: [guardia, correo]
  - {nombre: tiendas, tipo: silencio, cliente: tienda_*, salvo: [tienda_demo*], tras: 5m}
  - {nombre: mucho, tipo: umbral, cliente: web, encima: 1_000, ventana: 5m, lecturas: 3}
  - {nombre: pocas compras, tipo: umbral, evento: compra, debajo: 5, ventana: 1h}
  - {tipo: banda, cliente: "*", veces: 4}
  - {tipo: rechazados, encima: 10}
  - {tipo: datos}
  - {tipo: cola, encima: 500, tras: 30s}
"""


def test_reads_what_is_to_be_watched() -> None:
    """Each kind of rule, the channels, and what all have in common."""
    book = parse_rules(EVERYTHING)
    rules = {rule.name: rule for rule in book.rules}

    assert (book.zone, book.language, book.grace) == ("Europe/Madrid", "en", 120)
    assert book.page == "https://pulso.example.org/panel/"
    assert book.channels == {
        "guardia": Channel("guardia", 10, 4 * 3600),
        "correo": Channel("correo", 30, None),
    }
    assert rules["silencio"].channels == ("guardia", "correo")
    assert rules["silencio"].names is not None
    assert rules["silencio"].names.match("anybody")
    assert rules["tiendas"].after == 300
    assert rules["mucho"].above == 1000
    assert rules["mucho"].readings == 3
    assert rules["pocas compras"].event == "compra"
    assert (rules["banda"].window, rules["banda"].readings, rules["banda"].spreads) == (120, 1, 4)
    assert rules["datos"].after == 30


@pytest.mark.parametrize("text", ["", "# nothing but words\n", "---\n"])
def test_has_defaults(text: str) -> None:
    """Without a rule, silence by rhythm and stale numbers are watched, and nobody is told."""
    assert parse_rules(text) == RuleBook()
    assert all(not rule.channels for rule in DEFAULTS)
    assert [rule.kind for rule in DEFAULTS] == ["silencio", "datos"]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("reglas: [", 1, "no YAML"),
        ("a: 1\n\tb: 2", 2, "no YAML"),
        ("- tipo: datos", 1, "the file must be names with values"),
        ("reglas:\n  - tipo: datos\nregla: 3", 3, "'regla' is unknown in the file"),
        ("reglas:\n  - nombre: x\n    tras: 3s", 2, "needs its tipo"),
        ("reglas:\n  - tipo: silence", 2, "not 'silence'"),
        ("reglas:\n  - tipo: silencio\n    tras: soon", 3, "a time like 30s"),
        ("reglas:\n  - tipo: silencio\n    tras: 0s", 3, "a time like 30s"),
        ("reglas:\n  - tipo: silencio\n    encima: 3", 3, "a rule of tipo silencio has no encima"),
        ("reglas:\n  - tipo: umbral\n    cliente: web", 2, "either encima or debajo"),
        ("reglas:\n  - {tipo: umbral, encima: 1, debajo: 3}", 2, "either encima or debajo"),
        ("reglas:\n  - tipo: umbral\n    encima: many", 3, "a number from 0"),
        ("reglas:\n  - tipo: umbral\n    encima: .nan", 3, "a number from 0"),
        ("reglas:\n  - {tipo: umbral, encima: 1, lecturas: 1.5}", 2, "a whole number"),
        ("reglas:\n  - tipo: rechazados", 2, "needs encima"),
        ("reglas:\n  - tipo: datos\n  - tipo: datos", 3, "two rules are called 'datos'"),
        ("reglas:\n  - tipo: datos\n    canales: [x]", 3, "there is no channel 'x'"),
        ("reglas:\n  - tipo: datos\n    tras: 3s\n    tras: 4s", 4, "tras is there twice"),
        ("reglas:\n  - {tipo: banda, ventana: 90s}", 2, "whole minutes"),
        ("reglas:\n  - {tipo: umbral, encima: 1, cliente: a, evento: b}", 2, "not about both"),
        ("reglas:\n  - {tipo: umbral, encima: 1, cliente: a, salvo: [b]}", 2, "with a *"),
        ('reglas:\n  - {tipo: datos, nombre: "a\\nb"}', 2, "can't be seen"),
        ("zona: Mars/Olympus", 1, "a time zone like"),
        ("zona: ../../etc/passwd", 1, "a time zone like"),
        ("pagina: javascript:alert(1)", 1, "https://pulso.example.org"),
        ("pagina: https://user:secret@host/", 1, "https://pulso.example.org"),
        ("idioma: fr", 1, "es or en"),
        ("canales:\n  - agrupar: 3s", 2, "a nombre of its own"),
        ("x" * 300_000, 1, "longer than"),
        ("[" * 5000, 1, "no YAML"),
    ],
)
def test_a_wrong_rule_is_named_with_its_line(text: str, line: int, says: str) -> None:
    """One sentence: where it is, what is wrong, what would be right."""
    with pytest.raises(BadRulesError) as error:
        parse_rules(text)

    assert str(error.value).startswith(f"line {line}: ")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_names_match_by_pattern() -> None:
    """A star is anything, the rest is itself; who is excepted is not meant."""
    shops = Names("tienda_*", ("tienda_demo*",))

    assert shops.match("tienda_1")
    assert not shops.match("tienda_demo_3")
    assert not shops.match("mi_tienda_1")
    assert Names("*a*b").match("xaxxb")
    assert not Names("ab*ba").match("aba")
    assert not Names("w.b").match("web")
    assert Names("a").one == "a"
    assert Names("a*").one is None


def test_no_name_makes_matching_slow() -> None:
    """Many stars and a long name take no longer than their lengths."""
    assert not Names("*a" * 30 + "b").match("a" * 64)


def test_rules_are_values() -> None:
    """A rule without more is about all events of a minute."""
    rule = Rule("x", "umbral", above=3)

    assert rule.windowed
    assert rule.window == 60
