"""What a person types: `comprobar`, `probar`, `silenciar`."""

from __future__ import annotations

import argparse
import asyncio
import re
import time

from avisos_settings import Settings, read_book, read_channels
from comun.settings import BadSettingError
from comun.standard_output import printed
from comun.wire_time import rfc3339
from keeping.alert_file import AlertStoreError
from keeping.alert_store import Mute, add_mute
from rules.values import UNITS
from telling.receivers import Receivers

PROGRAM = "avisos.py"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Tells when a client falls silent. Without a command: the service.",
    )
    commands = made.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser(
        "comprobar", help="say whether the two files are right, and what they watch"
    )
    commands.add_parser("probar", help="send a test to every channel, and say what came of it")
    mute = commands.add_parser("silenciar", help="tell nobody for a while")
    mute.add_argument("tiempo", type=_seconds, help="how long, like 30m, 2h or 1d; 0 ends it")
    mute.add_argument("--regla", default="", help="only alerts of this rule")
    mute.add_argument("--cliente", default="", help="only this client, or a pattern like tienda_*")
    return made


def run_command(words: argparse.Namespace, settings: Settings) -> int:
    """Return the exit code: 1 when a channel did not take its test. Raises BadSettingError."""
    if words.command == "silenciar":
        return _mute(settings, words.tiempo, words.regla, words.cliente)
    book = read_book(settings)
    receivers = Receivers(book, read_channels(settings, book))
    if words.command == "probar":
        return _test(receivers)
    lines = [f"{rule.name}: {rule.kind}, {', '.join(rule.channels) or 'the page only'}"
             for rule in book.rules]  # fmt: skip
    return 0 if printed("\n".join(lines), PROGRAM) else 1


def _test(receivers: Receivers) -> int:
    found = asyncio.run(receivers.test())
    lines = [f"{name}: {f'failed, {why}' if why else 'told'}" for name, why in found]
    done = printed("\n".join(lines or ["there is no channel to try"]), PROGRAM)
    return 0 if done and not any(why for _, why in found) else 1


def _mute(settings: Settings, seconds: float, rule: str, client: str) -> int:
    now = time.time()
    book = read_book(settings)
    if rule and rule not in {each.name for each in book.rules}:
        names = ", ".join(each.name for each in book.rules)
        raise BadSettingError(f"--regla {rule[:64]!r}: there is none; there are {names}")
    try:
        add_mute(settings.store_path, Mute(now + seconds if seconds else 0.0, rule, client), now)
    except AlertStoreError as error:
        raise BadSettingError(str(error)) from None
    what = f"told again from {rfc3339(now + seconds)} on" if seconds else "told again from now on"
    return 0 if printed(what, PROGRAM) else 1


def _seconds(text: str) -> float:
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if text != "0" and not found:
        raise argparse.ArgumentTypeError(f"a time like 30m, 2h or 1d, not {text[:64]!r}")
    return float(int(found[1]) * UNITS[found[2]]) if found else 0.0
