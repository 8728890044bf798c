from hypothesis import given
from hypothesis import strategies as st

from counting.leading import Leading
from counting.totals import Totals, report
from live.rates import Rates


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 9), max_size=150), st.integers(1, 9))
def test_report_adds_up(counts: dict[str, int], limit: int) -> None:
    """Clients and their rest, types and their rest each add up to the total."""
    names, total = Leading(counts.items()), sum(counts.values())
    totals = Totals("e", clientes=names, eventos=names, eventos_contados=total)

    made = report(totals, limit)

    assert sum(made["clientes"].values()) + made["otros"]["total"] == total
    assert sum(made["eventos"].values()) + made["otros_eventos"]["total"] == total
    assert len(made["clientes"]) + made["otros"]["clientes"] == len(counts)


def test_rates() -> None:
    """Rates are events per second over the last 1, 10 and 60 seconds."""
    rates = Rates()
    for tenth in range(200):
        rates.add(3, 1000.05 + tenth / 10)

    assert rates.read(1019.95) == {"1s": 30.0, "10s": 30.0, "60s": 10.0}
    assert rates.read(1100) == {"1s": 0, "10s": 0, "60s": 0}
