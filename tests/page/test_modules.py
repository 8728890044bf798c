"""The page's modules by themselves (`node --test tests/page/`), in Playwright's Node."""

import subprocess
from pathlib import Path

import playwright

NODE = Path(playwright.__file__).parent / "driver" / "node"
HERE = Path(__file__).parent


def test_modules() -> None:
    """Every test in the .test.js files passes."""
    files = sorted(HERE.glob("*.test.js"))
    assert files

    run = subprocess.run(
        [NODE, "--test", *files], capture_output=True, text=True, timeout=60, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr
