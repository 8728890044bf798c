"""
Every manifest is one that Kubernetes, or the operator whose kind it is, takes.

Kubernetes' schemas come with the package kubernetes-validate. Those of the operators' kinds are in
operators.json, by hand: what of each is used here, and nothing else. `CRDS=FOLDER` names a folder
with the operators' own definitions, which are then asked too.
"""

from __future__ import annotations

import json
import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.kubernetes.kustomized import LOADER, Manifest, manifests

VERSIONS = ("1.29", "1.37")
"""The oldest that has all that is used (ReadWriteOncePod), and the newest that the package has."""
OPERATORS: dict[str, Any] = json.loads(
    (Path(__file__).with_name("operators.json")).read_text(encoding="utf-8")
)
FOLDERS = ("base", "ha", "observability")
HEAD = {"apiVersion", "kind", "metadata", "spec"}
every_version = pytest.mark.parametrize("version", VERSIONS)


@cache
def schema(version: str, name: str) -> Any:
    folder = files("kubernetes_validate") / "kubernetes-json-schema"
    file = folder / f"v{version}.0-local-strict" / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8"))


@cache
def validator(version: str, api: str, kind: str) -> Draft202012Validator:
    group, _, last = api.rpartition("/")
    own = OPERATORS.get(f"{api} {kind}")
    short = "-".join(filter(None, (kind.lower(), group.partition(".")[0], last)))
    definitions = Resource.from_contents(schema(version, "_definitions"))
    registry: Registry[Any] = definitions @ Registry()
    return Draft202012Validator(own or schema(version, short), registry=registry)


def faults(found: Manifest, version: str) -> list[str]:
    asked = validator(version, found["apiVersion"], found["kind"])
    return [f"{each.json_path}: {each.message[:200]}" for each in asked.iter_errors(found)]


@every_version
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_manifest_is_taken(folder: str, version: str) -> None:
    """No unknown field, none of a wrong type, none missing."""
    wrong = {
        f"{each['kind']} {each['metadata']['name']}": found
        for each in manifests(folder)
        if (found := faults(each, version))
    }

    assert wrong == {}


@every_version
def test_a_wrong_field_is_seen(version: str) -> None:
    """However deep it stands, in Kubernetes' kinds and in the operators'."""
    found = {each["kind"]: each for each in manifests("ha")}
    found["Deployment"]["spec"]["template"]["spec"]["containers"][0]["enviroment"] = []
    found["NetworkPolicy"]["spec"]["egress"] = [{"ports": [{"prt": 53}]}]
    found["RabbitmqCluster"]["spec"]["affinity"]["podAntiAfinity"] = {}
    found["Cluster"]["spec"]["postgresql"]["synchronous"]["dataDurability"] = "always"
    found["ScaledObject"]["spec"]["triggers"][0]["metadata"]["threshold"] = 20000
    wrong = {kind: faults(each, version) for kind, each in found.items()}

    assert {kind for kind, each in wrong.items() if each} == {
        *("Deployment", "NetworkPolicy", "RabbitmqCluster", "Cluster", "ScaledObject")
    }


def test_heads() -> None:
    """What an operator's kind holds beside its `spec` is what every kind does."""
    ours = [e for e in manifests("ha") if f"{e['apiVersion']} {e['kind']}" in OPERATORS]

    assert {f"{each['apiVersion']} {each['kind']}" for each in ours} == OPERATORS.keys()
    assert all(each.keys() == HEAD for each in ours)


def test_no_two_have_one_name() -> None:
    """A second manifest of the same name would quietly replace the first."""
    for folder in FOLDERS:
        names = [(each["kind"], each["metadata"]["name"]) for each in manifests(folder)]
        assert len(set(names)) == len(names)


def test_the_operators_own_definitions() -> None:
    """Where they are given, they find nothing either."""
    if not (folder := os.environ.get("CRDS")):
        pytest.skip("CRDS names no folder with the operators' CustomResourceDefinitions")
    asked = definitions(Path(folder))
    ours = [e for e in manifests("ha") if f"{e['apiVersion']} {e['kind']}" in OPERATORS]

    for each in ours:
        own = Draft202012Validator(asked[each["apiVersion"], each["kind"]])
        assert [error.message[:200] for error in own.iter_errors(each)] == []


def definitions(folder: Path) -> dict[tuple[str, str], Any]:
    """Their schemas, closed: Kubernetes itself drops what they don't name."""
    found = {}
    for path in folder.glob("*.yaml"):
        spec = yaml.load(path.read_text(), LOADER)["spec"]  # noqa: S506 - a safe one
        for version in spec["versions"]:
            own = closed(version["schema"]["openAPIV3Schema"])
            own["properties"]["metadata"] = {"type": "object"}
            found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = own
    return found


def closed(said: Any) -> Any:
    if isinstance(said, list):
        return [closed(each) for each in said]
    if not isinstance(said, dict):
        return said
    inside = {name: closed(each) for name, each in said.items()}
    open_end = {"additionalProperties", "x-kubernetes-preserve-unknown-fields"} & said.keys()
    if said.get("type") == "object" and "properties" in said and not open_end:
        inside["additionalProperties"] = False
    return inside
