"""The file of secrets: which addresses a channel has. Nothing of what it says is ever shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import yaml  # type: ignore[import-untyped]

from rules.yaml_places import document, items, line_of, refuse, refuse_at

ALERTMANAGER = "alertmanager"
LONGEST = 2000
MOST_ADDRESSES = 10


@dataclass(frozen=True)
class Channels:
    """*addresses* by channel."""

    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    alertmanager: str = field(default="", repr=False)


def parse_channels(given: str, wanted: Iterable[str]) -> Channels:
    """Of the channels that `avisos.yml` names. Raises BadRulesError, which shows no address."""
    root = document(given, secret=True)
    found: dict[str, tuple[str, ...]] = {}
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in found:
                refuse(key, "each channel must be there once, by its name")
            found[key.value] = _addresses(value)
    elif root is not None and (not isinstance(root, yaml.ScalarNode) or root.value):
        refuse(root, "the file must name each channel with its addresses, like `guardia: ntfy://…`")
    alertmanager = found.pop(ALERTMANAGER, ())
    if len(alertmanager) > 1 or any(not _is_http(each) for each in alertmanager):
        refuse_at(_line(root, ALERTMANAGER), "alertmanager must be one http or https address")
    for name in wanted:
        if name not in found:
            refuse_at(1, f"the channel {name!r} of avisos.yml has no address here")
    return Channels(found, alertmanager[0].rstrip("/") if alertmanager else "")


def _addresses(node: yaml.Node) -> tuple[str, ...]:
    nodes = [node] if isinstance(node, yaml.ScalarNode) else list(items(node, "a channel"))
    if not 1 <= len(nodes) <= MOST_ADDRESSES:
        refuse(node, f"a channel has from 1 to {MOST_ADDRESSES} addresses")
    for each in nodes:
        if not isinstance(each, yaml.ScalarNode) or not 1 <= len(each.value) <= LONGEST:
            refuse(each, "an address is a text like ntfy://host/topic")
    return tuple(each.value for each in nodes)


def _is_http(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname)
    except ValueError:
        return False


def _line(root: yaml.Node, name: str) -> int:
    return next(line_of(key) for key, _ in root.value if key.value == name)
