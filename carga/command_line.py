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
from carga.doctor import examine
from carga.finding import Finding
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
from comun.standard_output import print_result

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
    code = code_of(summary)
    if options.json:
        return print_result(encoded(summary).removesuffix("\n"), code, FAILED)
    if options.quiet:
        for text in problems(summary) if code else ():
            print(text, file=sys.stderr)  # noqa: T201
        return code
    return print_result(result_text(summary, folder), code, FAILED)


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
    code = DIFFERENT if found.diferencias else OK
    if given.json:
        return print_result(msgspec.json.encode(found).decode(), code, FAILED)
    if given.quiet and not found.diferencias:
        return code
    lines = [f"{path}: {found.frase}", *(f"  {each.frase}" for each in found.diferencias)]
    return print_result("\n".join(lines), code, FAILED)


async def _doctor(given: argparse.Namespace, settings: LoadSettings) -> int:
    findings = await examine(settings, settings.web(given.url))
    wrong = [each for each in findings if not each.bien]
    code = (UNREACHABLE if any(each.inalcanzable for each in wrong) else FAILED) if wrong else OK
    if given.json:
        return print_result(msgspec.json.encode(findings).decode(), code, FAILED)
    shown = wrong if given.quiet else findings
    return print_result("\n".join(map(_told, shown)), code, FAILED) if shown else code


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
