"""
What a kustomization of kubernetes/ comes to, by as much of Kustomize as those use.

Kustomize itself is in no package that the tests could bring along. Where `kubectl` is there,
`test_kustomized.py` holds this to it. ConfigMaps have no hash in their names here.
"""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

Manifest = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "kubernetes"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C it is ten times as fast
KNOWN = {"apiVersion", "kind", "namespace", "resources", "patches", "configMapGenerator"}
MERGED_BY = {
    "containers": "name",
    "initContainers": "name",
    "volumes": "name",
    "env": "name",
    "volumeMounts": "mountPath",
}
"""Lists that a strategic patch merges, and by which field; it replaces any other."""


class UnknownError(ValueError):
    """A kustomization that says more than is known here."""


def manifests(name: str) -> list[Manifest]:
    """Those of `kubernetes/NAME`; the caller's own, to change as it likes."""
    return copy.deepcopy(rendered(KUBERNETES / name))


@cache
def rendered(folder: Path) -> list[Manifest]:
    (said,) = _documents(folder / "kustomization.yaml")
    if unknown := said.keys() - KNOWN:
        raise UnknownError(f"{folder.name}/kustomization.yaml: {sorted(unknown)}")
    found = [each for name in said.get("resources", []) for each in _resource(folder / name)]
    found += [_config_map(folder, each) for each in said.get("configMapGenerator", [])]
    for patch in said.get("patches", []):
        (change,) = _documents(folder / patch["path"])
        (target,) = [each for each in found if key(each) == key(change)]
        target.update(merged(target, change))
    for each in found:
        if "namespace" in said and each["kind"] != "Namespace":
            each["metadata"]["namespace"] = said["namespace"]
    return found


def key(manifest: Manifest) -> tuple[str, str, str]:
    return manifest["apiVersion"], manifest["kind"], manifest["metadata"]["name"]


def _resource(path: Path) -> list[Manifest]:
    return copy.deepcopy(rendered(path.resolve())) if path.is_dir() else _documents(path)


def _documents(path: Path) -> list[Manifest]:
    return list(yaml.load_all(path.read_text(), LOADER))


def _config_map(folder: Path, said: Manifest) -> Manifest:
    data = {}
    for file in said.get("files", []):
        name, _, source = file.rpartition("=")
        data[name or Path(source).name] = (folder / source).read_text()
    for file in said.get("envs", []):
        lines = (folder / file).read_text().splitlines()
        data |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": said["name"]},
        "data": data,
    }


def merged(old: Any, new: Any, field: str = "") -> Any:
    """A strategic merge: maps by their keys, some lists by a field of their items."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{name: merged(old.get(name), each, name) for name, each in new.items()}}
    if isinstance(old, list) and field in MERGED_BY:
        by = MERGED_BY[field]
        items = {each[by]: each for each in old}
        items |= {each[by]: merged(items.get(each[by]), each) for each in new}
        return list(items.values())
    return new
