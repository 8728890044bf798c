"""What a run must meet."""

import pytest

from carga.figures.metrics import METRICS
from carga.figures.thresholds import judge, parse_threshold


@pytest.mark.parametrize(
    ("text", "value", "met"),
    [
        ("latencia_p99<50ms", 49.9, True),
        ("latencia_p99<50ms", 50.0, False),
        ("latencia_p99 <= 0.05s", 50.0, True),
        ("perdidos==0", 0, True),
        ("perdidos!=0", 0, False),
        ("tasa>=99000/s", 98_999.0, False),
        ("cpu_generador<70%", 12.0, True),
        ("latencia_p99<50ms", None, False),
    ],
)
def test_judgement(text: str, value: float | None, met: bool) -> None:
    """A threshold compares in the metric's unit; what was not measured meets none."""
    threshold = parse_threshold(text, METRICS)

    (judged,) = judge([threshold], dict.fromkeys(METRICS, value))

    assert judged.cumplido is met


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("latencia_p98<50ms", "'latencia_p98' is not measured: one of .*latencia_p99"),
        ("latencia_p99=50ms", "no threshold"),
        ("latencia_p99<fast", "no threshold"),
        ("perdidos<1ms", "perdidos is in events, not in ms"),
        ("tasa>5s", "tasa is in /s, not in s"),
    ],
)
def test_bad_thresholds(text: str, complaint: str) -> None:
    """What is wrong is said in a sentence that tells what would be right."""
    with pytest.raises(ValueError, match=complaint):
        parse_threshold(text, METRICS)
