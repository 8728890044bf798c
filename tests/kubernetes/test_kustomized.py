"""The tests' own reading of kubernetes/ is Kustomize's."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.kubernetes.kustomized import (
    KUBERNETES,
    LOADER,
    MERGED_BY,
    Manifest,
    UnknownError,
    key,
    manifests,
    rendered,
)

FOLDERS = ["base", "ha", "observability"]
every_folder = pytest.mark.parametrize("folder", FOLDERS)
HASH = re.compile(r"-[0-9a-z]{10}$")
OLDEST = (1, 21)  # until then kubectl had a Kustomize of 2019


def kubectl(folder: str) -> list[Manifest]:
    """What `kubectl kustomize` makes of it, with the names of ConfigMaps as they are written."""
    command = ["kubectl", "kustomize", str(KUBERNETES / folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    text = done.stdout
    for name in re.findall(r"^kind: ConfigMap\nmetadata:\n  name: (\S+)", text, re.MULTILINE):
        text = text.replace(name, HASH.sub("", name))
    return list(yaml.load_all(text, LOADER))


def why_not() -> str | None:
    if not shutil.which("kubectl"):
        return "kubectl is not there"
    command = ["kubectl", "version", "--client", "--output=json"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    version = told["clientVersion"]
    if (int(version["major"]), int(re.sub(r"\D.*", "", version["minor"]))) < OLDEST:
        return f"kubectl {version['gitVersion']} is too old"
    return None


def ordered(value: Any, field: str = "") -> Any:
    """Lists that a patch merges have no order that matters here."""
    if isinstance(value, dict):
        return {name: ordered(each, name) for name, each in value.items()}
    if isinstance(value, list):
        items = [ordered(each) for each in value]
        by = MERGED_BY.get(field)
        return sorted(items, key=lambda each: str(each[by])) if by else items
    return value


@every_folder
def test_kustomize_says_the_same(folder: str) -> None:
    """Every manifest, to the last field."""
    if reason := why_not():
        pytest.skip(reason)
    real = {key(each): ordered(each) for each in kubectl(folder)}
    ours = {key(each): ordered(each) for each in manifests(folder)}

    assert ours.keys() == real.keys()
    assert [each for name, each in ours.items() if each != real[name]] == []


def test_what_is_not_known_is_refused(tmp_path: Path) -> None:
    """A kustomization that uses more than is read here is no longer tested by a part of it."""
    (tmp_path / "kustomization.yaml").write_text("resources: []\nnamePrefix: mi-\n")

    with pytest.raises(UnknownError, match="namePrefix"):
        rendered(tmp_path)
