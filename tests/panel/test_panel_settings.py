import pytest

from comun.settings import BadSettingError
from panel_settings import Settings, read_settings


def test_has_defaults_for_one_machine() -> None:
    """Without variables, and with empty ones, everything is as on one machine."""
    assert read_settings({"PATH": "/bin", "WEB_PORT": "", "PANEL_ORIGENES": ""}) == Settings()


def test_reads_the_environment() -> None:
    """Variables are named like the fields, in upper case."""
    given = {"PUSH_PORT": "9000", "PANEL_ORIGENES": "https://a.b, http://c:81,"}
    settings = read_settings(given | {"PANEL_MARCOS": "https://wall.example"})

    assert settings.push_port == 9000
    assert settings.origins() == ["https://a.b", "http://c:81"]
    assert settings.framers() == ["https://wall.example"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PANEL_PORT", "eighty"),
        ("PUSH_PORT", "0"),
        ("WEB_PORT", "65536"),
        ("PUSH_TRUSTED_HOPS", "-1"),
        ("REPORTE_URL", "127.0.0.1:8091"),
        ("REPORTE_URL", "http://"),
        ("REPORTE_URL", "http://[::1"),
        ("REPORTE_URL", "http://a/reporte"),
        ("PANEL_ORIGENES", "https://a.b/panel"),
        ("PANEL_ORIGENES", "*"),
        ("PANEL_MARCOS", "'none'"),
    ],
)
def test_a_wrong_value_is_one_sentence(name: str, value: str) -> None:
    """It names the variable and the value."""
    with pytest.raises(BadSettingError) as error:
        read_settings({name: value})

    assert str(error.value).startswith(f"{name}={value!r}: ")
    assert "\n" not in str(error.value)
