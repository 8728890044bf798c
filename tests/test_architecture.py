"""The house rules that a machine can check."""

import ast
from collections import Counter
from pathlib import Path

from long_files import LONG_FILES

ROOT = Path(__file__).parents[1]
SERVICES = ("sender", "servicio-analiticas", "panel-visual")
FOLDERS = (*SERVICES, "local")
MODULES = {folder: sorted((ROOT / folder).rglob("*.py")) for folder in FOLDERS}
MAX_FILE, MAX_FUNCTION = 200, 40


def trees(folders=FOLDERS):
    for folder in folders:
        for path in MODULES[folder]:
            yield folder, path, ast.parse(path.read_text())


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_module_names_are_unique():
    """No two folders have a module of the same name: the first on the path would win silently."""
    names = Counter(path.stem for paths in MODULES.values() for path in paths)

    assert not [name for name, n in names.items() if n > 1]


def test_services_share_no_code():
    """No service imports a module of another folder."""
    home = {path.stem: folder for folder, paths in MODULES.items() for path in paths}

    foreign = [
        f"{path.name} imports {name} of {home[name]}"
        for folder, path, tree in trees()
        for name in imports(tree)
        if home.get(name, folder) != folder
    ]

    assert not foreign


def test_only_the_analytics_and_senders_speak_amqp():
    """The panel can't reach the broker, not even by accident."""
    amqp = {"aio_pika", "aiormq", "pamqp"}

    assert not [p.name for _, p, tree in trees(("panel-visual",)) if amqp & set(imports(tree))]


def test_only_entry_points_read_the_environment():
    """Settings come from one place for each service."""
    readers = {
        path.name
        for _, path, tree in trees(SERVICES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        if "__main__" not in path.read_text()
    }

    assert not readers


def test_files_and_functions_are_short():
    """A file has at most 200 lines, a function at most 40."""
    long = [
        f"{path.name}:{node.lineno} {node.name}"
        for _, path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION
    ]
    long += [
        path.name
        for paths in MODULES.values()
        for path in paths
        if len(path.read_text().splitlines()) > MAX_FILE
    ]

    assert not long


def test_long_files_are_there():
    """A test file that was renamed or split keeps its place in the order."""
    assert [name for name in LONG_FILES if not (ROOT / "tests" / name).is_file()] == []
