"""What a report that changes something is made into."""

from messages.deltas import Deltas, Update
from messages.report_wire import Reporte
from tests.contracts.wire_schemas import sent


def news(deltas: Deltas, report: Reporte) -> Update:
    """What viewers are sent for a report that is not what they see already."""
    update = deltas.advance(report)
    assert update is not None, "nothing new"
    sent("snapshot", update.snapshot)
    if update.change:
        sent("change", update.change)
    return update
