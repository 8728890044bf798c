from __future__ import annotations

from pathlib import Path


def read_env_file(path: Path) -> dict[str, str]:
    """
    Read `NAME=value` lines; `#` starts a comment line; quotes and `$` mean nothing.

    Raises ValueError with one sentence that names the line, and shows none: it may be a password.
    """
    values = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.isidentifier():
            wrong = "what stands before = is no name" if equals else "it has no ="
            raise ValueError(f"{path.name}, line {number} is not NAME=value: {wrong}.")
        values[name] = value.strip()
    return values
