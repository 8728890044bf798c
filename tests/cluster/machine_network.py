"""Three network namespaces on a bridge, as machines at a switch: their cables can be pulled."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

SUBNET = "10.77.0"
OURS = f"{SUBNET}.254"
MACHINES = (1, 2, 3)
SWITCH = 0
STATES = {"disabled": "0", "forwarding": "3"}  # of a bridge's port


class MachineNetwork:
    """
    Needs root. This computer itself is at the same switch, as OURS.

    The switch is a namespace, too: of what it passes on, no firewall of this computer hears, which
    Docker's would drop.
    """

    def __init__(self) -> None:
        self._name = f"pulso{os.getpid()}"  # of an interface: 15 characters

    @property
    def machines(self) -> list[str]:
        """As `run_cluster.py --machines` takes them."""
        return [f"{self._space(n)}={SUBNET}.{n}" for n in MACHINES]

    @contextmanager
    def at_work(self) -> Iterator[MachineNetwork]:
        try:
            self._make()
            yield self
        finally:
            self._remove()

    def cut(self, number: int) -> None:
        """Nothing goes to that machine or comes from it; nobody is told, as with a pulled cable."""
        self._set_port(number, "disabled")

    def mend(self, number: int) -> None:
        self._set_port(number, "forwarding")

    def inside(self, number: int, command: list[str]) -> list[str]:
        return [_path("ip"), "netns", "exec", self._space(number), *command]

    def _set_port(self, number: int, state: str) -> None:
        words = ("link", "set", "dev", f"m{number}", "state", STATES[state])
        _run("bridge", "-n", self._space(SWITCH), *words)

    def _make(self) -> None:
        switch = self._space(SWITCH)
        _run("ip", "netns", "add", switch)
        _run("ip", "-n", switch, "link", "add", "switch", "type", "bridge")
        _run("ip", "-n", switch, "link", "set", "switch", "up")
        _run("ip", "link", "add", self._name, "type", "veth", "peer", "name", "m0", "netns", switch)
        self._plug_in(0)
        _run("ip", "addr", "add", f"{OURS}/24", "dev", self._name)
        _run("ip", "link", "set", self._name, "up")
        for number in MACHINES:
            space = self._space(number)
            _run("ip", "netns", "add", space)
            far = ("peer", "name", f"m{number}", "netns", switch)
            _run("ip", "-n", space, "link", "add", "eth0", "type", "veth", *far)
            self._plug_in(number)
            _run("ip", "-n", space, "addr", "add", f"{SUBNET}.{number}/24", "dev", "eth0")
            for device in ("eth0", "lo"):
                _run("ip", "-n", space, "link", "set", device, "up")

    def _plug_in(self, number: int) -> None:
        port = ("dev", f"m{number}", "master", "switch", "up")
        _run("ip", "-n", self._space(SWITCH), "link", "set", *port)

    def _remove(self) -> None:
        """With a namespace go the cables that end in it."""
        for number in (SWITCH, *MACHINES):
            _run("ip", "netns", "del", self._space(number), check=False)
        _run("ip", "link", "del", self._name, check=False)

    def _space(self, number: int) -> str:
        return f"{self._name}-{number}"


def _run(program: str, *words: str, check: bool = True) -> None:
    subprocess.run([_path(program), *words], check=check, capture_output=True)


def _path(program: str) -> str:
    return shutil.which(program) or f"/usr/sbin/{program}"
