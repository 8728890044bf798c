"""What keeps the figures of a run from being taken at their word."""

from __future__ import annotations

from carga.figures.cpu_meter import TRUSTED
from carga.run.course import Outcome

ALL_MEASURED = 99.0  # percent; a few events of the smallest clients are no reason to warn


def warnings_of(outcome: Outcome, cpu: dict[str, float], viewers: int) -> list[str]:
    """One sentence each. *cpu* is in percent of a core by process."""
    numbers = outcome.numbers
    warnings = [
        f"{name} used {percent:.0f} % of a core: latencies are not to be trusted"
        for name, percent in cpu.items()
        if percent > TRUSTED
    ]
    report = outcome.settled.report
    if report and report.epoca != outcome.epoca:
        warnings.append("counting began anew during the run: /reporte is of another store now")
    if viewers and not numbers.latency.paired:
        warnings.append(
            "several analytics or queues share the events, so nobody knows in which order a "
            "client's are counted: of the latency to viewers only the mean is known"
        )
    share = 100 * numbers.events.measured / max(numbers.confirmed, 1)
    if viewers and share < ALL_MEASURED:
        warnings.append(
            f"the latency to viewers is that of {share:.0f} % of the events: the others' clients "
            "are not among the 200 largest, which is what viewers are shown"
        )
    if unsent := sum(each.unsent for each in outcome.finished):
        warnings.append(f"{unsent:,} events were due and never handed over: the broker was away")
    if outcome.settled.estado and (waiting := outcome.settled.estado.waiting):
        warnings.append(f"when patience ended, {waiting}")
    return [*warnings, *(f"a viewer: {text}" for text in numbers.complaints), *outcome.notes]
