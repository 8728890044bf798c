"""
`python app.py simular`, `verificar` and `doctor`.

Reads the environment (settings.py). Exit codes: 0 exact, 1 failure, 2 usage, 3 broker or
panel unreachable, 4 events lost, double or never confirmed, 99 a threshold is not met,
130 interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from carga.checking.reporte_client import ReporteAwayError
from carga.doctor import Finding, examine
from carga.options import (
    LoadOptions,
    Parser,
    add_common_options,
    add_run_options,
    plan,
    run_options,
)
from carga.report.folder import encoded, unwritable, write_report
from carga.report.summary import Summary, summarise
from carga.run.course import LoadRun, Outcome, UnreachableError
from carga.run.processes import WorkerDiedError
from carga.settings import LoadSettings, read_load_settings
from carga.terminal.progress import shown_progress
from carga.terminal.result import problems, result_text
from carga.verify_again import read_summary, verify_again

OK, FAILED, USAGE, UNREACHABLE, DIFFERENT, BELOW, INTERRUPTED = 0, 1, 2, 3, 4, 99, 130
EXPECTED = (UnreachableError, ReporteAwayError, WorkerDiedError, OSError)


def main(argv: Sequence[str]) -> int:
    """Run one of the commands; *argv* begins with its name."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # no line for each request
    try:
        given = _parser().parse_args(argv)
        settings = read_load_settings(os.environ)
    except ValueError as error:
        return _complain(str(error), USAGE)
    except SystemExit as error:  # --help, or a sentence about what is wrong
        return int(error.code or 0)
    try:
        command = {"simular": _simulate, "verificar": _verify, "doctor": _doctor}[given.command]
        return asyncio.run(command(given, settings))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED
    except EXPECTED as error:
        return _complain(str(error), _code_of(error))
    except ExceptionGroup as group:
        expected, others = group.split(EXPECTED)
        if expected is None or others is not None:
            raise
        first = next(_leaves(expected))
        return _complain(str(first), _code_of(first))


def _parser() -> Parser:
    parser = Parser(prog="app.py", description="Loads the system, and proves that it counts.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    add_run_options(commands.add_parser("simular", help="simulated clients and viewers"))
    verify = commands.add_parser("verificar", help="compare a finished run with /reporte again")
    verify.add_argument("resumen", type=Path, nargs="?", help="resumen.json, or its folder")
    verify.add_argument("--salida", type=Path, default=Path("reporte-carga"))
    add_common_options(verify)
    add_common_options(commands.add_parser("doctor", help="what is reachable, and what is wrong"))
    return parser


async def _simulate(given: argparse.Namespace, settings: LoadSettings) -> int:
    options = run_options(given)
    if problem := unwritable(options.output):
        return _complain(problem, USAGE)
    if given.dry_run:
        print(plan(options), file=sys.stderr)  # noqa: T201
        return OK
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    interrupts = _Interrupts(stop)
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, interrupts.one_more)
    run = LoadRun(options, settings, stop)
    async with shown_progress(run, settings, options.quiet):
        outcome = await run.execute()
    return _report(run, options, outcome)


class _Interrupts:
    """The first asks for an orderly end, the third ends at once."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop, self._left = stop, 3
        self._task = asyncio.current_task()

    def one_more(self) -> None:
        self._stop.set()
        self._left -= 1
        if self._left == 0 and self._task:
            self._task.cancel()


def _report(run: LoadRun, options: LoadOptions, outcome: Outcome) -> int:
    summary = summarise(outcome, options, run.url)
    folder = write_report(options.output, summary, outcome.numbers)
    if options.json:
        sys.stdout.write(encoded(summary))
    elif options.quiet:
        for text in problems(summary) if code_of(summary) else ():
            print(text, file=sys.stderr)  # noqa: T201
    else:
        print(result_text(summary, folder))  # noqa: T201
    return code_of(summary)


def code_of(summary: Summary) -> int:
    """What a script should know first: lost events before an interruption before thresholds."""
    if summary.veredicto == "diferencias":
        return DIFFERENT
    if summary.interrumpido:
        return INTERRUPTED
    if summary.veredicto == "sin_verificar":
        return UNREACHABLE
    return OK if all(each.cumplido for each in summary.umbrales) else BELOW


async def _verify(given: argparse.Namespace, settings: LoadSettings) -> int:
    try:
        path, summary = read_summary(given.resumen, given.salida)
    except ValueError as error:
        return _complain(str(error), USAGE)
    found = await verify_again(summary, settings.web(given.url))
    if given.json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    elif not given.quiet or found.diferencias:
        lines = [f"{path}: {found.frase}", *(f"  {each.frase}" for each in found.diferencias)]
        print("\n".join(lines))  # noqa: T201
    return DIFFERENT if found.diferencias else OK


async def _doctor(given: argparse.Namespace, settings: LoadSettings) -> int:
    findings = await examine(settings, settings.web(given.url))
    if given.json:
        sys.stdout.write(msgspec.json.encode(findings).decode() + "\n")
    else:
        for each in findings:
            if not (given.quiet and each.bien):
                print(_told(each))  # noqa: T201
    wrong = [each for each in findings if not each.bien]
    return (UNREACHABLE if any(each.inalcanzable for each in wrong) else FAILED) if wrong else OK


def _told(finding: Finding) -> str:
    cure = f"\n    {finding.remedio}" if finding.remedio else ""
    return f"{'✓' if finding.bien else '✗'} {finding.que}: {finding.hallado}{cure}"


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _code_of(error: BaseException) -> int:
    return UNREACHABLE if isinstance(error, UnreachableError | ReporteAwayError) else FAILED


def _complain(sentence: str, code: int) -> int:
    print(f"app.py: {sentence}", file=sys.stderr)  # noqa: T201
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
