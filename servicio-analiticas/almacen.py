"""
almacen: copy the store, bring a copy back, or start counting from nothing.

    python almacen.py respaldar FILE    copy the store to FILE, while the service runs or not
    python almacen.py restaurar FILE    replace the store by a copy made by respaldar
    python almacen.py reiniciar         set all counts to zero; ids stay known
    python almacen.py preparar          create the tables in PostgreSQL, if there are none
    python almacen.py mudar postgres    everything from the file of STORE_PATH to STORE_URL, where
                                        nothing was ever counted; or `mudar archivo`, back

All but respaldar and preparar need the service stopped. restaurar and reiniciar give the store a
new `epoca`, by which every panel knows that numbers may now be smaller; so does mudar to the one
that was left. STORE_PATH or STORE_URL names the store; the first two are for a file. Exit codes:
0, 1 failed, 2 wrong usage; a report that can't be written changes none of them.
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

from analytics_settings import Settings, read_settings
from comun.standard_output import printed
from database.failures import StoreInUseError, StoreUnavailableError, UnusableStoreError
from sqlite.backups import back_up, restore
from store_choice import file_of, move_to_file, move_to_server, name_of, prepare, reset

MOVES = {"postgres": move_to_server, "archivo": move_to_file}
WITH = {"postgres": "STORE_URL", "archivo": "STORE_URL empty"}
FAILURES = (OSError, ValueError, StoreInUseError, StoreUnavailableError, UnusableStoreError)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="almacen.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("respaldar", "restaurar"):
        verbs.add_parser(verb).add_argument("file", type=Path)
    for verb in ("reiniciar", "preparar"):
        verbs.add_parser(verb)
    verbs.add_parser("mudar").add_argument("to", choices=sorted(MOVES))
    return parser.parse_args(arguments)


def run(verb: str, settings: Settings, file: Path | None = None) -> str:
    """Do what the verb says and return the sentence that reports it."""
    if verb == "respaldar" and file:
        store = file_of(settings)
        size = back_up(store, file)
        return f"{store} copied to {file}: {size} bytes"
    if verb == "restaurar" and file:
        store = file_of(settings)
        return f"{store} replaced by {file}; the new epoca is {restore(store, file)}"
    if verb == "preparar":
        prepare(settings)
        return f"the store {name_of(settings)} has its tables"
    if verb in MOVES:
        MOVES[verb](settings)
        return f"all of it is there now: start the service with {WITH[verb]}"
    epoca = reset(settings)
    return f"the store {name_of(settings)} counts from nothing; the new epoca is {epoca}"


def main() -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # not every terminal has every alphabet
        sys.stdout.reconfigure(errors="backslashreplace")
    given = parse()
    verb = given.to if given.verb == "mudar" else given.verb
    os.umask(0o077)  # a copy holds what the store holds: it is its owner's alone
    try:
        report = run(verb, read_settings(os.environ), getattr(given, "file", None))
    except FAILURES as error:
        print(f"almacen {given.verb}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    printed(report, f"almacen {given.verb}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
