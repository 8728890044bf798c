"""YAML whose every value still knows the line it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

import yaml  # type: ignore[import-untyped]

LARGEST = 262_144  # characters


class BadRulesError(ValueError):
    """One sentence that names the line and what would be right."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")


def document(text: str, *, secret: bool = False) -> yaml.Node | None:
    """The one document in *text*; None when it is empty. Raises BadRulesError."""
    if len(text) > LARGEST:
        raise BadRulesError(1, f"the file is longer than {LARGEST} characters")
    try:
        return yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = "put an address in quotes" if secret else error.problem or error.context
        refuse_at(mark.line + 1 if mark else 1, f"no YAML: {why}")
    except (yaml.YAMLError, RecursionError) as error:
        refuse_at(1, "no YAML" if secret else f"no YAML: {str(error)[:120]}")


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def refuse(node: yaml.Node, sentence: str) -> NoReturn:
    refuse_at(line_of(node), sentence)


def refuse_at(line: int, sentence: str) -> NoReturn:
    raise BadRulesError(line, sentence)


def fields(node: yaml.Node, known: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
    """What a mapping says under each name; every name must be one of *known*, and come once."""
    if not isinstance(node, yaml.MappingNode):
        refuse(node, f"{what} must be names with values, like `{known[0]}: …`")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        if name not in known:
            refuse(key, f"{shown(name)} is unknown in {what}: write one of {', '.join(known)}")
        if name in found:
            refuse(key, f"{name} is there twice")
        found[name] = value
    return found


def items(node: yaml.Node, what: str) -> Iterator[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        refuse(node, f"{what} must be a list: one `- …` a line")
    yield from node.value


def text(node: yaml.Node, what: str, longest: int = 64) -> str:
    if not isinstance(node, yaml.ScalarNode) or not 1 <= len(node.value) <= longest:
        refuse(node, f"{what} must be a text of 1 to {longest} characters")
    if not node.value.isprintable():
        refuse(node, f"{what} holds characters that can't be seen")
    return str(node.value)


def shown(value: str) -> str:
    return repr(value[:64])
