"""Documents point at what there is, and read easily."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import prose
from tests.code_structure import FOLDERS, ROOT, modules

DOCUMENTS = sorted(
    path.relative_to(ROOT)
    for pattern in (
        *(
            "*.md",
            "docs/*.md",
            "contracts/*.md",
            "examples/*.md",
            "tests/*.md",
            "bench/*.md",
            "bench/*/*.md",
        ),
        *("reverse-proxy/*.md", "rabbitmq/*.md", "observability/*.md"),
    )
    for path in ROOT.glob(pattern)
)
CHECKED_PATHS = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]
EASY = ("page.md", "guarantees.md", "websocket.md", "compatibility.md")
MOST_WORDS = 30
TOP = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - {"secretos"}
"""What a path may begin with; `secretos/` is what `make secretos` fills."""
SOURCE = re.compile(r"[\w.-]+\.(py|js|sh|md|c)")
NOTHING_OF_OURS = {".venv", "node_modules", ".run", ".git"}


def source_names() -> set[str]:
    return {
        name
        for folder in ROOT.iterdir()
        if folder.name not in NOTHING_OF_OURS
        for name in ([p.name for p in folder.rglob("*")] if folder.is_dir() else [folder.name])
    }


SOURCE_NAMES = source_names()


def exists(word: str) -> bool:
    """Whether *word* is no path, or one of a file that is there (`*` stands for any name)."""
    path = re.sub(r"(:\d+|::.*|\[.*)$", "", word).rstrip(".,;:").removeprefix("./")
    if "/" in path:
        return path.split("/")[0] not in TOP or any(ROOT.glob(path.rstrip("/")))
    return not SOURCE.fullmatch(path) or path in SOURCE_NAMES


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    """Each link to a file, and to a heading of one, finds it."""
    text = (ROOT / document).read_text()
    broken = []
    for link in prose.links(text):
        path, _, anchor = link.partition("#")
        if "://" in path:
            continue
        target = (ROOT / document.parent / path) if path else ROOT / document
        if not target.exists() or (anchor and anchor not in prose.anchors(target.read_text())):
            broken.append(link)

    assert not broken


@pytest.mark.parametrize("document", CHECKED_PATHS, ids=str)
def test_files_that_are_named_are_there(document: Path) -> None:
    """Whoever moves a file mends what is written about it."""
    text = (ROOT / document).read_text()

    assert not sorted({word for word in prose.named(text) if not exists(word)})


@pytest.mark.parametrize("name", EASY)
def test_sentences_are_short(name: str) -> None:
    """A sentence of more than 30 words is two, or a table."""
    text = (ROOT / "docs" / name).read_text()

    assert not [s for s in prose.sentences(text) if prose.words(s) > MOST_WORDS]


def test_a_path_that_is_gone_is_seen() -> None:
    """Paths of this repository and names of source files are looked up, and nothing else."""
    for word in ("docs/page.md", "tests/page", "reverse-proxy/*.yml", "analiticas.py", "tests/x.*"):
        assert exists(word) == (word != "tests/x.*")
    assert not exists("docs/gone.md")
    assert not exists("gone.py")
    assert exists("application/json")
    assert exists("/reporte/libro")
    assert exists("secretos/claves")


SAMPLE = """\
# A heading. With a stop
One sentence, on
two lines. Another of 4.0.5 ends [here](x.md#y). `code` begins a third!

| a table | is. No prose |
|---|---|
- An item: without an end
- **Bold** begins. (And this is one.)

```
code.py is. No prose
```
"""


def test_sentences_are_found() -> None:
    """Lines, lists, links and version numbers neither join nor cut sentences."""
    assert prose.sentences(SAMPLE) == [
        "One sentence, on two lines.",
        "Another of 4.0.5 ends here.",
        "`code` begins a third!",
        "An item: without an end",
        "**Bold** begins.",
        "(And this is one.)",
    ]


def test_words_and_links_are_counted() -> None:
    """What is in backticks is one word; blocks of code name and link nothing."""
    assert prose.words("Both `a b c` and – d.") == 4
    assert prose.links(SAMPLE) == ["x.md#y"]
    assert list(prose.named("`a/b.py c` and\n```\n`d`\n```\n")) == ["a/b.py", "c"]
    assert prose.anchors("# What a `fn` is, to the letter\n```\n# no\n```\n") == {
        "what-a-fn-is-to-the-letter"
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_map_has_every_room(folder: str) -> None:
    """CONTRIBUTING.md names each room that has modules."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    home = FOLDERS[folder]
    rooms = {path.parent.relative_to(home) for path in modules(folder).values()} - {Path()}

    assert not [room for room in sorted(rooms) if f"{room}/`" not in text]
