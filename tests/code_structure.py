"""What imports what, as the code says it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOMES = {
    "sender": ROOT / "sender",
    "servicio-analiticas": ROOT / "servicio-analiticas",
    "panel-visual": ROOT / "panel-visual",
    "servicio-avisos": ROOT / "servicio-avisos",
    "carga": ROOT,
    "comun": ROOT,
    "local": ROOT / "local",
}
"""Where the imports of each folder begin: what lies there is found by its first name."""
FOLDERS = {name: ROOT / name for name in HOMES}


@cache
def modules(folder: str) -> dict[str, Path]:
    """The modules of a folder by the name under which its own code imports them."""
    paths = sorted(FOLDERS[folder].rglob("*.py"))
    return {dotted(path, HOMES[folder]): path for path in paths}


def dotted(path: Path, home: Path) -> str:
    parts = path.relative_to(home).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported(path: Path, known: Iterable[str]) -> Iterator[str]:
    """Each module of *known* that a file imports, and the first name of every other."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (_known(alias.name, known) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in known else _known(node.module, known)


def _known(name: str, known: Iterable[str]) -> str:
    return name if name in known else name.partition(".")[0]


def room_of(module: str, path: Path) -> str:
    """The folder of a module; what lies beside the entry points is a room of its own."""
    inside = path.name == "__init__.py"
    package = module if inside else module.rpartition(".")[0]
    return package if package not in ("", "carga", "comun") else module


def room_edges(folder: str) -> dict[str, set[str]]:
    """Which rooms of a folder import which others."""
    known = modules(folder)
    edges: dict[str, set[str]] = {}
    for module, path in known.items():
        room = room_of(module, path)
        others = {room_of(name, known[name]) for name in imported(path, known) if name in known}
        edges.setdefault(room, set()).update(others - {room})
    return edges


def unused() -> list[str]:
    """Modules that no program comes to need: those with a `__main__` are programs."""
    known = {name: path for folder in FOLDERS for name, path in modules(folder).items()}
    waiting = [name for name, path in known.items() if '__name__ == "__main__"' in path.read_text()]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found.add(name)
            waiting += [*imported(known[name], known), name.rpartition(".")[0]]
    return sorted(known.keys() - found)


def circle(edges: Mapping[str, Iterable[str]]) -> list[str]:
    """Return rooms that import each other in a circle, or nothing."""
    done: set[str] = set()

    def walk(room: str, way: list[str]) -> list[str]:
        if room in way:
            return [*way[way.index(room) :], room]
        if room in done:
            return []
        for other in sorted(edges.get(room, ())):
            if found := walk(other, [*way, room]):
                return found
        done.add(room)
        return []

    return next((found for room in sorted(edges) if (found := walk(room, []))), [])


def foreign_packages(*folders: str) -> set[str]:
    """The projects, as an index names them, of what these folders need, with `comun/`."""
    own = {module.partition(".")[0] for folder in FOLDERS for module in modules(folder)}
    names = {
        name.partition(".")[0] for path in with_shared(*folders) for name in imported(path, ())
    }
    projects = packages_distributions()
    foreign = names - own - sys.stdlib_module_names - {"_typeshed"}  # is for type checkers only
    return {normal(project) for name in foreign for project in projects.get(name, [name])}


def with_shared(*folders: str) -> set[Path]:
    """The modules of these folders, and those of `comun/` that they come to need."""
    shared = modules("comun")
    waiting = [path for folder in folders for path in modules(folder).values()]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [shared[name] for name in imported(path, shared) if name in shared]
    return found


def dependency_group(name: str) -> set[str]:
    """The projects of a group of pyproject.toml, without their versions."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    return {normal(re.split(r"[^\w.-]", each)[0]) for each in groups[name] if isinstance(each, str)}


def normal(project: str) -> str:
    return re.sub(r"[-_.]+", "-", project).lower()
