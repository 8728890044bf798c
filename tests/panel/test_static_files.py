from pathlib import Path

import pytest

from page.static_files import read_static


@pytest.fixture
def root(tmp_path: Path) -> Path:
    page = tmp_path / "static"
    (page / "js").mkdir(parents=True)
    (page / "js" / "main.js").write_text("hola")
    (page / "notes.md").write_text("no")
    (page / ".hidden.js").write_text("no")
    (tmp_path / "secret.json").write_text("no")
    (page / "link.json").symlink_to(tmp_path / "secret.json")
    return page


def test_reads_a_file_of_the_page(root: Path) -> None:
    """A file has its bytes, its type and a mark of its content."""
    found = read_static(root, "js/main.js")

    assert found
    assert (found.body, found.content_type) == (b"hola", "text/javascript; charset=utf-8")


def test_the_mark_follows_the_content(root: Path) -> None:
    """An edited file is another file at the next request."""
    before = read_static(root, "js/main.js")
    (root / "js" / "main.js").write_text("adiós")
    after = read_static(root, "js/main.js")

    assert before and after
    assert after.etag != before.etag


@pytest.mark.parametrize(
    "name",
    [
        "",
        "js",
        "missing.js",
        "a" * 300 + ".js",
        "a\0.js",
        "notes.md",
        ".hidden.js",
        "js/../.hidden.js",
        "../secret.json",
        "js/../../secret.json",
        "link.json",
        "main.js\0.js",
        "/etc/passwd",
    ],
)
def test_reads_nothing_else(root: Path, name: str) -> None:
    """Neither what is outside, hidden, or of no known type, nor a folder."""
    assert read_static(root, name) is None


def test_an_absolute_name_stays_outside(root: Path) -> None:
    """A name that begins at the root of the disk leads out, whatever its type."""
    assert read_static(root, str(root.parent / "secret.json")) is None
