"""What panels tell each other beside the report: its age, and which of them it came through."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

from comun.service_answer import InvalidAnswerError

AGE = "Pulso-Edad"
STATE = "Pulso-Analiticas"
PANELS = "Pulso-Paneles"
INSTANCES = "Pulso-Instancias"
MOST_PANELS = 8
LONGEST_NAME = 64
LONGEST_NUMBER = 6  # digits

State = Literal["en_linea", "caida"]


class Descent(NamedTuple):
    """The analytics service says nothing of it: what comes from there itself is as of now."""

    age: float = 0.0  # seconds since the analytics service last answered
    online: bool = True
    panels: tuple[str, ...] = ()  # the one that was asked first
    instances: int = 1  # analytics services that should be there, as the last of them knows


def descent_of(headers: Mapping[str, str]) -> Descent:
    """Raises InvalidAnswerError."""
    panels = tuple(name.strip() for name in headers.get(PANELS, "").split(",") if name.strip())
    if len(panels) > MOST_PANELS or any(len(name) > LONGEST_NAME for name in panels):
        raise InvalidAnswerError(f"it came through more than {MOST_PANELS} panels")
    try:
        age = float(headers.get(AGE, "0"))
    except ValueError:
        age = math.nan
    if not 0 <= age < math.inf:
        raise InvalidAnswerError(f"{AGE} is {headers[AGE][:64]!r}, no number of seconds")
    told = headers.get(INSTANCES, "1")
    if not (told.isdecimal() and told.isascii() and len(told) <= LONGEST_NUMBER):
        raise InvalidAnswerError(f"{INSTANCES} is {told[:64]!r}, no number of services")
    return Descent(age, headers.get(STATE, "en_linea") == "en_linea", panels, int(told))


def headers_of(descent: Descent) -> dict[str, str]:
    state: State = "en_linea" if descent.online else "caida"
    return {
        AGE: f"{descent.age:.3f}",
        STATE: state,
        PANELS: ", ".join(descent.panels),
        INSTANCES: str(descent.instances),
    }
