"""The machines that a cluster consists of. Each has one of every part that is there thrice."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from parts.places import numbered
from parts.service_programs import Program

LOOPBACK = ("127.0.0.1", "127.0.0.2", "127.0.0.3")


@dataclass(frozen=True, slots=True)
class Machine:
    """Its parts listen at one address, on the same ports as those of the others."""

    number: int
    address: str
    folder: Path
    namespace: str = ""
    """Of the network, as `ip netns` names it; empty: this computer's own."""

    def port(self, settings: Mapping[str, str], name: str) -> int:
        """Erlang's own differ, since nodes that share a port mapper hear of each other from it."""
        differs = self.number - 1 if name == "RABBITMQ_DIST_PORT" else 0
        return int(settings[name]) + differs

    def at(self, program: Program) -> Program:
        """The same, as a part of this machine."""
        if not self.namespace:
            return program
        inside = [shutil.which("ip") or "ip", "netns", "exec", self.namespace]
        check = [*inside, *program.check] if program.check else []
        return replace(program, command=[*inside, *program.command], check=check)

    def part(self, name: str) -> str:
        """What its part of that name is called."""
        return numbered(name, self.number)


def machines_in(folder: Path, where: Sequence[str] = LOOPBACK) -> list[Machine]:
    """*where*: ADDRESS, or NAMESPACE=ADDRESS, of each."""
    found = (place.rpartition("=") for place in where)
    return [
        Machine(number, address, folder / f"machine-{number}", namespace)
        for number, (namespace, _, address) in enumerate(found, 1)
    ]
