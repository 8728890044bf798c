"""
rechazados: look at the messages that could not be counted, and send them again after a fix.

    python rechazados.py listar [--limite 50]
    python rechazados.py reinyectar (--todos | --id ID ...) [--buenos]

listar reads reasons and samples from the store (STORE_PATH or STORE_URL). reinyectar goes through
the queue cola_analiticas.rechazados (RABBITMQ_*): a chosen message that is countable now is
published again and leaves the queue; with --buenos also the good events of a batch that still has
bad ones. Each is counted at most once, however often this runs (one without an id, twice if this is
killed with it in hand). Everything else stays; a conflict
(its id was counted with another body) comes back each time, until it is published under another id.
Headers that can't be sent again are left out, and told. A message that can't be published stays, is
told, and the others go on. Exit codes: 0, 1 failed (also for one message, or when a listing can't
be written), 2 wrong usage or a
wrong setting.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

# comun/ lies beside this folder, and is found after all that is in it.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from analytics_settings import Settings, read_settings
from broker import lenient_amqp
from broker.amqp_errors import Lost
from comun.standard_output import printed
from database.failures import StoreUnavailableError, UnusableStoreError
from decoding.message import Message
from rejected.reinjection import Again, again
from rejected.rejected_queue import Passed, go_through, open_channel
from store_choice import read_rejections

SHOWN = 64  # characters of a name from outside
MOST_NOTES, MOST_NAMES = 50, 10


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="rechazados.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("listar").add_argument("--limite", type=int, default=50)
    replay = verbs.add_parser("reinyectar")
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("--todos", action="store_true")
    which.add_argument("--id", action="append", dest="ids", metavar="ID")
    replay.add_argument("--buenos", action="store_true")
    return parser.parse_args(arguments)


def listing(settings: Settings, limit: int) -> str:
    read = read_rejections(settings, limit)
    totals = [f"{total:>9}  {kind}" for kind, total in read["motivos"].items()]
    samples = [
        f"{s['momento']}  id {s['message_id']!r}  cliente {s['cliente']!r}  {s['bytes']} bytes\n"
        f"    {s['motivo']}\n    {s['cuerpo']!r}"
        for s in read["muestras"]
    ]
    return "\n".join([*totals, "", *samples]) if totals else "nothing was ever rejected"


async def replay(settings: Settings, ids: Sequence[str] | None, good_events: bool) -> list[Passed]:
    """Publish the chosen again (all when *ids* is None) and return what became of each."""

    def choose(message: Message) -> Again | None:
        chosen = ids is None or message.message_id in ids
        return again(message, good_events) if chosen else None

    async with open_channel(settings) as channel:
        return [passed async for passed in go_through(channel, choose)]


def told(passed: Sequence[Passed]) -> str:
    sent = [each.again for each in passed if each.again]
    notes = [note for each in passed for note in _notes(each)]
    more = [f"and {len(notes) - MOST_NOTES} more such lines"] if len(notes) > MOST_NOTES else []
    summary = (
        f"{len(sent)} messages with {sum(a.events for a in sent)} events published again,"
        f" {sum(a.left_out for a in sent)} events left out,"
        f" {len(passed) - len(sent)} messages stay"
    )
    return "\n".join([summary, *notes[:MOST_NOTES], *more])


def _notes(passed: Passed) -> Iterator[str]:
    name = f"id {(passed.message_id or '')[:SHOWN]!r}"
    if passed.failure:
        yield f"{name}: not published, it stays: {passed.failure}"
    if passed.left_out:
        headers = ", ".join(repr(header[:SHOWN]) for header in passed.left_out[:MOST_NAMES])
        yield f"{name}: headers left out, they can't be sent: {headers}"


def main() -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # not every terminal has every alphabet
        sys.stdout.reconfigure(errors="backslashreplace")
    given = parse()
    lenient_amqp.install()
    try:
        settings = read_settings(os.environ)
    except ValueError as error:
        print(f"rechazados {given.verb}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    try:
        if given.verb == "listar":
            report, failed = listing(settings, given.limite), False
        else:
            passed = asyncio.run(replay(settings, given.ids, given.buenos))
            report, failed = told(passed), any(each.failure for each in passed)
    except (ValueError, StoreUnavailableError, UnusableStoreError, *Lost) as error:
        print(f"rechazados {given.verb}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    shown = printed(report, f"rechazados {given.verb}")
    return 1 if failed or (given.verb == "listar" and not shown) else 0


if __name__ == "__main__":
    sys.exit(main())
