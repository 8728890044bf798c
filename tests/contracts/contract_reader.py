"""
Finds in an AsyncAPI document what a program needs. Nothing here is Pulso's: neither names nor
arguments nor forms of messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urldefrag, urljoin
from urllib.request import urlopen

Object = dict[str, Any]
PYTHON_TYPES: Mapping[str, type[object]] = {"long-string": str, "long-int": int}


class Reader:
    """Puts what a document refers to in its place."""

    def __init__(self) -> None:
        self._read: dict[str, Any] = {}

    def document(self, address: str) -> Object:
        found: Object = self._whole(self._at(address), address)
        return found

    def _at(self, address: str) -> Any:
        if address not in self._read:
            with urlopen(address, timeout=10) as answer:  # noqa: S310 - the caller's own
                self._read[address] = json.load(answer)
        return self._read[address]

    def _whole(self, value: Any, home: str) -> Any:
        if isinstance(value, list):
            return [self._whole(each, home) for each in value]
        if not isinstance(value, dict):
            return value
        if not isinstance(value.get("$ref"), str):
            return {name: self._whole(each, home) for name, each in value.items()}
        there, pointer = urldefrag(urljoin(home, value["$ref"]))
        target = self._at(there)
        for step in pointer.split("/")[1:]:
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return self._whole(target, there)


class Contract:
    def __init__(self, document: Object, given: Mapping[str, str]) -> None:
        self._document, self._given = document, given
        self.publishing = self._operation("receive", "amqp")
        self.watching = self._operation("send", "ws")

    def _operation(self, action: str, protocol: str) -> Object:
        """The operation of this kind whose channel is on a server that speaks the protocol."""
        (found,) = (
            each
            for each in self._document["operations"].values()
            if each["action"] == action and protocol in _protocols(each["channel"])
        )
        operation: Object = found
        return operation

    def address(self, protocol: str) -> str:
        """Where the server of this protocol is, without user and path."""
        name, server = next(
            (name, each)
            for name, each in self._document["servers"].items()
            if each["protocol"] == protocol
        )
        path = server["host"], server.get("pathname", "")
        values = {
            variable: self._given.get(f"{name}.{variable}", told["default"])
            for variable, told in server.get("variables", {}).items()
        }
        return "".join(path).format(**values)

    def queues(self) -> Iterator[Object]:
        """What `queue` bindings the document has."""
        for channel in self._document["channels"].values():
            amqp = channel.get("bindings", {}).get("amqp", {})
            if amqp.get("is") == "queue":
                yield amqp["queue"]


def _protocols(channel: Object) -> set[str]:
    return {server["protocol"] for server in channel["servers"]}


def arguments(told: Mapping[str, Object]) -> Object:
    """A declaration's table of arguments, each value of the type that is said."""
    for name, argument in told.items():
        if not isinstance(argument["value"], PYTHON_TYPES[argument["type"]]):
            raise TypeError(f"{name} is no {argument['type']}")
    return {name: argument["value"] for name, argument in told.items()}
