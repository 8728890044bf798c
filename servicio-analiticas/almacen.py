"""
almacen: copy the store, bring a copy back, or start counting from nothing.

    python almacen.py respaldar FILE    copy the store to FILE, while the service runs or not
    python almacen.py restaurar FILE    replace the store by a copy made by respaldar
    python almacen.py reiniciar         set all counts to zero; ids stay known

The last two need the service stopped and give the store a new `epoca`, by which every panel
knows that numbers may now be smaller. STORE_PATH names the store. Exit codes: 0, 1 failed,
2 wrong usage; a report that can't be written changes none of them.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

# comun/ lies beside this folder, and is found after all that is in it.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from analytics_settings import read_settings
from comun.standard_output import printed
from database.failures import StoreInUseError, UnusableStoreError
from sqlite.backups import back_up, reset, restore


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="almacen.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("respaldar", "restaurar"):
        verbs.add_parser(verb).add_argument("file", type=Path)
    verbs.add_parser("reiniciar")
    return parser.parse_args(arguments)


def run(verb: str, store: Path, file: Path | None) -> str:
    """Do what the verb says and return the sentence that reports it."""
    if verb == "respaldar" and file:
        size = back_up(store, file)
        return f"{store} copied to {file}: {size} bytes"
    if verb == "restaurar" and file:
        return f"{store} replaced by {file}; the new epoca is {restore(store, file)}"
    return f"{store} counts from nothing; the new epoca is {reset(store)}"


def main() -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # not every terminal has every alphabet
        sys.stdout.reconfigure(errors="backslashreplace")
    given = parse()
    os.umask(0o077)  # a copy holds what the store holds: it is its owner's alone
    try:
        store = Path(read_settings(os.environ).store_path)
        report = run(given.verb, store, getattr(given, "file", None))
    except (OSError, ValueError, StoreInUseError, UnusableStoreError) as error:
        print(f"almacen {given.verb}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    printed(report, f"almacen {given.verb}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
