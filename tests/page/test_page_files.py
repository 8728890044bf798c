"""What the page consists of: files of others untouched, and little of it all."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
SERVED = {".html", ".css", ".js", ".svg"}
MOST_GZIPPED = 150 * 1024
MOST_LINES = 200  # of a module; catalogues of words are lists


@pytest.mark.parametrize("folder", [STATIC / "vendor", Path(__file__).parent / "vendor"])
def test_files_of_others_are_as_they_were_published(folder: Path) -> None:
    """Each is the one whose checksum was noted when it came, and has its licence beside it."""
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    noted = {name: checksum for checksum, name in map(str.split, lines)}
    found = {path.name: path for path in folder.iterdir()}

    assert set(found) == set(noted) | {"SHA256SUMS", "README.md"}
    assert any("LICENSE" in name for name in noted)
    for name, checksum in noted.items():
        assert hashlib.sha256(found[name].read_bytes()).hexdigest() == checksum, name


def test_the_whole_page_is_small() -> None:
    """All files that a browser loads are together at most 150 KB when compressed."""
    files = [path for path in STATIC.rglob("*") if path.suffix in SERVED]
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)

    assert len(files) > 50
    assert size <= MOST_GZIPPED, f"{size:,} bytes"


def test_modules_are_short() -> None:
    """A module that is read in one go is understood in one go."""
    long = {
        path.name: lines
        for path in (STATIC / "js").rglob("*.js")
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }

    assert set(long) <= {"es.js", "en.js"}


def test_every_module_is_named_before_it_is_needed() -> None:
    """The page names all modules at once, so that a browser doesn't find them one by one."""
    html = (STATIC / "index.html").read_text()
    named = set(re.findall(r'rel="modulepreload" href="\./static/(js/[^"]+)"', html))
    modules = {str(path.relative_to(STATIC)) for path in (STATIC / "js").rglob("*.js")}

    assert named == modules - {"js/early.js", "js/main.js"}
