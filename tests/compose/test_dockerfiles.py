"""What the Dockerfiles say, read without Docker."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMAGE = (ROOT / "comun" / "image.sh").read_text()
every_image = pytest.mark.parametrize(
    "folder", ["sender", "servicio-analiticas", "panel-visual", "servicio-avisos"]
)


def instructions(folder: str) -> list[tuple[str, str]]:
    text = (ROOT / folder / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def values(folder: str, name: str) -> list[str]:
    return [rest for instruction, rest in instructions(folder) if instruction == name]


@every_image
def test_base(folder: str) -> None:
    """Both stages start from the one base image, so what the first installs fits the second."""
    assert values(folder, "FROM") == ["python:3.13-slim AS build", "python:3.13-slim"]


@every_image
def test_user(folder: str) -> None:
    """The process runs as a number that isn't root's: a host can check it without the image."""
    user = values(folder, "USER")[-1]

    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)


@every_image
def test_stop_signal(folder: str) -> None:
    """A stop during the first imports is heard too: Python handles SIGINT from its start."""
    assert values(folder, "STOPSIGNAL") == ["SIGINT"]
    assert values(folder, "CMD")[0].startswith('["python", ')
    assert values(folder, "ENTRYPOINT") == []


@every_image
def test_command(folder: str) -> None:
    """The command is a file of the service, started in the repository's own layout."""
    (entry,) = re.findall(r'"(\w+\.py)"', values(folder, "CMD")[0])

    assert (ROOT / folder / entry).is_file()
    assert values(folder, "WORKDIR") == [f"/srv/{folder}"]
    assert f"{folder} /srv/{folder}" in values(folder, "COPY")


@every_image
def test_what_is_copied_is_watched(folder: str) -> None:
    """`docker compose watch` rebuilds an image when anything in it changes."""
    copied = {source.split()[0] for source in values(folder, "COPY")}
    folders = {source for source in copied if (ROOT / source).is_dir()}
    text = (ROOT / "docker-compose.yml").read_text()
    build = f"build: {{context: ., dockerfile: {folder}/Dockerfile}}"

    for after in text.split(build)[1:]:
        watch = re.search(r"watch: \[(.*)\]", after)
        assert watch
        assert set(re.findall(r"path: ([\w-]+)", watch[1])) == folders


@every_image
def test_packages(folder: str) -> None:
    """Every package is checked against its hash, and none is compiled."""
    assert f"sh /srv/comun/image.sh packages {folder}" in values(folder, "RUN")
    (install,) = re.findall(r"^ *(pip install (?:.*\\\n)*.*)$", IMAGE, re.MULTILINE)
    pins = re.findall(
        r"^\S+==\S+.*\n +--hash=", (ROOT / folder / "requirements.txt").read_text(), re.MULTILINE
    )

    assert {"--require-hashes", "--only-binary", "--no-cache-dir"} <= set(install.split())
    assert len(pins) > 3


@every_image
def test_no_installer_is_left(folder: str) -> None:
    """The image that runs has no pip; compilers it never had (`-slim`)."""
    runs = values(folder, "RUN")

    assert runs[-1].startswith("sh /srv/comun/image.sh bare")
    assert re.search(r"^bare\)[^\n]*\n +python -m pip uninstall", IMAGE, re.MULTILINE)


def test_build_context() -> None:
    """Nothing reaches a build but services, page and contracts: no .env, no .git, no data."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]

    assert patterns[0] == "*"
    assert {p for p in patterns if p.startswith("!")} == {
        "!carga",
        "!comun",
        "!contracts",
        "!sender",
        "!servicio-analiticas",
        "!panel-visual",
        "!servicio-avisos",
        "!static",
    }


def test_the_script_knows_its_verbs() -> None:
    """A word that it does not know ends the build, with a sentence."""
    script = ["sh", str(ROOT / "comun" / "image.sh"), "package", "sender"]

    done = subprocess.run(script, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr == "image.sh: expected packages, readable or bare, not package\n"


def test_lint() -> None:
    """hadolint finds nothing in any of the files."""
    files = [str(path) for path in sorted(ROOT.glob("*/Dockerfile"))]
    hadolint = Path(sys.executable).parent / "hadolint"

    done = subprocess.run([hadolint, *files], capture_output=True, text=True, check=False)

    assert len(files) == 4
    assert (done.returncode, done.stdout) == (0, "")


def test_volumes() -> None:
    """A new volume belongs to the service: its mount point is there, with that owner."""
    made = {
        folder: re.findall(r"image\.sh bare (\S+)", " ".join(values(folder, "RUN")))
        for folder in ("sender", "servicio-analiticas", "servicio-avisos")
    }

    assert 'install -d -m 700 -o 10001 -g 10001 "$2"' in IMAGE
    assert made == {
        "sender": ["/informes"],
        "servicio-analiticas": ["/datos"],
        "servicio-avisos": ["/datos"],
    }
