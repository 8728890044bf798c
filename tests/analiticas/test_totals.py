from hypothesis import given
from hypothesis import strategies as st

from live import Rates, Vitals
from totals import Totals, largest, report


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 9), max_size=8), st.integers(1, 10))
def test_largest_and_rest_add_up(counts, limit):
    """What is shown and the rest are all there is, and nothing in the rest is larger."""
    shown, others, rest = largest(counts, limit)

    assert len(shown) + others == len(counts)
    assert sum(shown.values()) + rest == sum(counts.values())
    hidden = [n for name, n in counts.items() if name not in shown]
    assert not hidden or max(hidden) <= min(shown.values())


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 9), max_size=150))
def test_report_adds_up(counts):
    """Clients and their rest, types and their rest each add up to the total."""
    total = sum(counts.values())
    totals = Totals("e", clientes=counts, eventos=counts, eventos_contados=total)

    made = report(totals, 5)

    assert sum(made["clientes"].values()) + made["otros"]["total"] == total
    assert sum(made["eventos"].values()) + made["otros_eventos"]["total"] == total


def test_rates():
    """Rates are events per second over the last 1, 10 and 60 seconds."""
    rates = Rates()
    for tenth in range(200):
        rates.add(3, 1000.05 + tenth / 10)

    assert rates.read(1019.95) == {"1s": 30.0, "10s": 30.0, "60s": 10.0}
    assert rates.read(1100) == {"1s": 0, "10s": 0, "60s": 0}


def test_lag_only_while_something_waits():
    """Without anything in the queue there is no lag, however old the last event is."""
    vitals = Vitals(newest_counted=100.0)

    assert vitals.lag(160.0) == 0.0
