"""
Makes an API key: `python intake_new_key.py OWNER 'client,other,prefix*' >> claves`.

The line for the key file goes to standard output, the key itself to standard error: it is shown
this once, and kept nowhere.
"""

from __future__ import annotations

import argparse
import sys

from intake.access.keys import hash_of, new_key, parse_key_line


def main() -> int:
    parser = argparse.ArgumentParser(description="Make an API key for POST /eventos.")
    parser.add_argument("owner", help="who will use it; several keys may have one owner")
    parser.add_argument("clients", help="what it may send as: names or prefix*, comma separated")
    given = parser.parse_args()
    key = new_key()
    line = f"{given.owner} {hash_of(key).hex()} {given.clients}"
    try:
        parse_key_line(line)
    except ValueError as error:
        parser.error(str(error))
    print(f"key: {key}", file=sys.stderr)  # noqa: T201
    print(line)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
