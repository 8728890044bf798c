"""Log lines for people (`consola`) or for programs (`json`): one each, whatever is in it."""

from __future__ import annotations

import datetime
import json
import logging
import re
import sys
from typing import Literal

LogFormat = Literal["consola", "json"]
# What could begin a line of its own, or tell a terminal what to do
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def configure_logging(form: LogFormat) -> None:
    """Send what all loggers say to stderr, in UTC."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ForPrograms() if form == "json" else ForPeople())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


class ForPrograms(logging.Formatter):
    """An object of JSON, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": moment(record),
        }
        if trace := trace_of(record):
            said["exception"] = trace
        return json.dumps(said)


class ForPeople(logging.Formatter):
    """A traceback follows indented, so that nothing in it can pass for a line of the log."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{moment(record)} {record.levelname} {record.name} {record.getMessage()}"
        trace = trace_of(record)
        below = trace.split("\n") if trace else []
        return "\n".join([escaped(head), *(f"    {escaped(line)}" for line in below)])


def trace_of(record: logging.LogRecord) -> str:
    """Empty when the record has none."""
    found = record.exc_info
    return logging.Formatter().formatException(found) if found and found[0] else ""


def moment(record: logging.LogRecord) -> str:
    at = datetime.datetime.fromtimestamp(record.created, tz=datetime.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
