"""What of the page's modules imports what, as the code says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

JS = Path(__file__).parents[2] / "static" / "js"
STARTS = ("main.js", "early.js")
"""What index.html names in a `<script>`."""
# Types are needed to understand a module, too: `import("./x.js").T` in a comment counts.
IMPORT = re.compile(r"""(?:from |import |import\()["'](\.[^"']+)["']""")


@cache
def modules() -> dict[str, Path]:
    """Each module by its path below static/js."""
    return {path.relative_to(JS).as_posix(): path for path in sorted(JS.rglob("*.js"))}


def imported(module: str) -> Iterator[str]:
    """What a module imports. Raises KeyError for a file that is not there."""
    for target in IMPORT.findall(modules()[module].read_text()):
        found = (JS / module).parent.joinpath(target).resolve().relative_to(JS).as_posix()
        modules()[found]
        yield found


def room_of(module: str) -> str:
    return module.rpartition("/")[0]


def room_sizes() -> Counter[str]:
    return Counter(map(room_of, modules()))


def room_edges() -> dict[str, set[str]]:
    """Which rooms import which others."""
    edges: dict[str, set[str]] = {}
    for module in modules():
        room = room_of(module)
        edges.setdefault(room, set()).update({room_of(name) for name in imported(module)} - {room})
    return edges


def used() -> set[str]:
    """All that the page comes to need from its start on."""
    found: set[str] = set()
    waiting = list(STARTS)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(imported(module))
    return found
