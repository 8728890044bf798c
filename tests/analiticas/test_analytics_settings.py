import pytest

from analytics_settings import read_settings
from history.levels import Retention


def test_defaults() -> None:
    """Without variables the settings are those of one machine."""
    assert read_settings({}).reporte_port == 8091


def test_values_are_read() -> None:
    """Values are read from the environment, whose other variables are ignored."""
    settings = read_settings({"RABBITMQ_PORT": "5699", "PATH": "/bin", "BATCH_SECONDS": "0.5"})

    assert (settings.rabbitmq_port, settings.batch_seconds) == (5699, 0.5)


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"REPORTE_PORT": "abc"}, "REPORTE_PORT='abc'"),
        ({"REPORTE_PORT": "70000"}, "REPORTE_PORT='70000'.*65535"),
        ({"ID_WINDOW_SECONDS": "1"}, "ID_WINDOW_SECONDS='1'"),
        ({"COLAS": "33"}, r"^COLAS='33': .*32.* Set COLAS in \.env"),
        ({"PREFETCH": "100", "BATCH_MESSAGES": "100"}, "PREFETCH=100"),
        ({"HISTORY_SECONDS_KEPT": "1"}, "HISTORY_SECONDS_KEPT='1'"),
        ({"HISTORY_SECONDS_KEPT": "7200", "HISTORY_MINUTES_KEPT": "60"}, "=7200.*=60.*reach back"),
    ],
)
def test_wrong_values(environ: dict[str, str], names: str) -> None:
    """A wrong value is one sentence that names the variable, the value and what is right."""
    with pytest.raises(ValueError, match=names):
        read_settings(environ)


def test_history_kept_by_default() -> None:
    """Seconds reach back 15 minutes, minutes 48 hours, five minutes 15 days, hours a year."""
    given = read_settings({})

    kept = (
        *(given.history_seconds_kept, given.history_minutes_kept),
        *(given.history_five_minutes_kept, given.history_hours_kept),
    )
    assert kept == (900, 2880, 4320, 8760) == Retention()
