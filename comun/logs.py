"""Log lines for people (`consola`) or for programs (`json`): one each, whatever is in it."""

from __future__ import annotations

import logging
import re
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["consola", "json"]
# What could begin a line of its own, or tell a terminal what to do
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def configure_logging(form: LogFormat) -> None:
    """Send what all loggers say to stderr, in UTC."""
    common: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last = structlog.processors.JSONRenderer() if form == "json" else one_line
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


def one_line(_: WrappedLogger, __: str, said: EventDict) -> str:
    """A traceback follows indented, so that nothing in it can pass for a line of the log."""
    head = f"{said['timestamp']} {said['level'].upper()} {said['logger']} {said['event']}"
    trace = str(said["exception"]).split("\n") if "exception" in said else []
    return "\n".join([escaped(head), *(f"    {escaped(line)}" for line in trace)])


def escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
