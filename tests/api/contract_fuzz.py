"""
Tries contracts/openapi.json on the whole chain, through the proxy, with what Schemathesis invents.

`python tests/api/contract_fuzz.py --examples 2000`; further words are Schemathesis' own
(`--include-path /reporte`). The exit code is its own: 0 when nothing was found.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.chain_stack import Chain, private_chain
from tests.stack import HTTP, ROOT

# With all operations selected, Schemathesis begins no sequence by sending events: it takes an
# identifier among the parameters for one of something that must be there first
FROM_SENDING = (
    *("--phases", "stateful"),
    *("--include-path", "/eventos", "--include-path", "/reporte/clientes"),
)
CONFIGURATION = Path(__file__).parent / "schemathesis.toml"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    options.add_argument("--examples", type=int, default=2000, help="for each route")
    given, words = options.parse_known_args()
    with tempfile.TemporaryDirectory() as folder, private_chain(Path(folder)) as chain:
        passes = [words] if words else [(), FROM_SENDING]
        return max(fuzz(chain, given.examples, each).returncode for each in passes)


def fuzz(
    chain: Chain, examples: int, words: Sequence[str], capture: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run Schemathesis on *chain*, so many examples for each operation."""
    # Given its address, Schemathesis would leave out that one
    document = chain.folder / "served.json"
    document.write_bytes(HTTP.get(f"{chain.origin}/openapi.json").content)
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        *("--config-file", str(CONFIGURATION), "run", str(document), "--url", chain.origin),
        *("--max-examples", str(examples), *words),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "*"}
    return subprocess.run(
        command, env=environment, cwd=chain.folder, capture_output=capture, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
