"""
Are the files that close the proxy's doors there, and do they fit together?

Traefik itself would serve a certificate of its own instead, or no route, and say that it is well.
Reads the settings USUARIOS, TLS_CERTIFICADO, TLS_CLAVE and ENTRADA_CLAVES, whose paths begin at
the folder that is given; with `--mounted` they are where compose puts them. Exit codes: 0, or 2
after one sentence for each file that is wrong.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

MOUNTED = {"USUARIOS": "/usuarios", "TLS_CERTIFICADO": "/tls.crt", "TLS_CLAVE": "/tls.key"}
USER = re.compile(r"[^:\s]+:(\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|\$apr1\$\S+|\{SHA\}\S+)")


def main() -> int:
    if sys.argv[1:] == ["--mounted"]:
        files = {name: Path(path) for name, path in MOUNTED.items() if os.environ.get(name)}
    else:
        root = Path(*sys.argv[1:] or ["."])
        names = (*MOUNTED, "ENTRADA_CLAVES")
        files = {name: root / os.environ[name] for name in names if os.environ.get(name)}
    wrong = [
        f"{name}={os.environ.get(name, '')[:128]!r}: {why}. Set {name} in .env."
        for name, why in faults(files)
    ]
    sys.stderr.writelines(f"{sentence}\n" for sentence in wrong)
    return 2 if wrong else 0


def faults(files: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """A setting and what is wrong with it."""
    texts = {}
    for name, path in files.items():
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except OSError as error:
            yield name, error.strerror or str(error)
        except UnicodeDecodeError:
            yield name, "no text in it"
    if "USUARIOS" in texts and (why := wrong_users(texts["USUARIOS"])):
        yield "USUARIOS", why
    if "ENTRADA_CLAVES" in texts and not texts["ENTRADA_CLAVES"].strip():
        yield "ENTRADA_CLAVES", "no key in it; sender/intake_new_key.py makes one"
    yield from wrong_pair(files, texts)


def wrong_users(text: str) -> str | None:
    lines = [line.strip() for line in text.splitlines()]
    users = [(n, line) for n, line in enumerate(lines, 1) if line and not line.startswith("#")]
    for number, line in users:
        if not USER.fullmatch(line):
            return f"line {number} is not name:bcrypt, as `htpasswd -nB name` prints it"
    return None if users else "no user in it, so nobody could get in"


def wrong_pair(files: Mapping[str, Path], texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    pair = ("TLS_CERTIFICADO", "TLS_CLAVE")
    given = [name for name in pair if name in files]
    if len(given) == 1:
        (missing,) = set(pair) - set(given)
        yield missing, f"it is needed beside {given[0]}"
    if not all(name in texts for name in pair):
        return
    certificate, key = (files[name] for name in pair)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_verify_locations(certificate)
    except ssl.SSLError:
        yield "TLS_CERTIFICADO", "no certificate in it (PEM)"
        return
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as error:
        other = error.reason == "KEY_VALUES_MISMATCH"
        why = "it belongs to another certificate" if other else "no key without a password (PEM)"
        yield "TLS_CLAVE", f"{why} than TLS_CERTIFICADO" if other else why


if __name__ == "__main__":
    sys.exit(main())
