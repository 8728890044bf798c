"""
Has AsyncAPI's own parser read contracts/asyncapi.json, and what is served of it: `make lint`.

It is 168 packages and 54 MB, pinned in parser/package-lock.json, which is more than whoever runs
`make test` for the first time should wait for. npm fetches them below a folder that git ignores,
once and again when the lock changes; Playwright's Node.js runs them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from machine.system_packages import MissingProgramError
from page.contracts.contract_documents import read_documents
from tests.node_packages import ensure_packages
from tests.stack import NODE, ROOT

HERE = Path(__file__).resolve().parent / "parser"
DOCUMENT = ROOT / "contracts" / "asyncapi.json"


def main() -> int:
    try:
        ensure_packages(HERE, "AsyncAPI's parser")
    except MissingProgramError as error:
        sys.stderr.write(f"make lint: {error}\n")
        return 2
    with TemporaryDirectory() as folder:
        served = Path(folder) / DOCUMENT.name
        served.write_text(json.dumps(read_documents(DOCUMENT.parent)[DOCUMENT.name]))
        return max(map(parsed, (DOCUMENT, served)))


def parsed(document: Path) -> int:
    command = [str(NODE), str(HERE / "parse.mjs"), str(document)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
