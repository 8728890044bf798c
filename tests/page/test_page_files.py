"""What the page consists of: files of others untouched, and little of it all."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
SERVED = {".html", ".css", ".js", ".svg"}
MOST_GZIPPED = 170 * 1024
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
    """All files that a browser loads are together at most 170 KB when compressed."""
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


def test_the_page_names_no_module_but_the_start() -> None:
    """Others are found through main.js: naming all of them only kept the styles waiting."""
    html = (STATIC / "index.html").read_text()

    assert re.findall(r'"\./static/js/([^"]+)"', html) == ["early.js", "main.js"]
