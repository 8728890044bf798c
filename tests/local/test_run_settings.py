from __future__ import annotations

import json
from pathlib import Path

import pytest

from env_file import read_env_file
from run_settings import SETTINGS, WrongSettingsError, read_run_settings

ENV_FILE = Path(__file__).parents[2] / ".env"
ORIGINS = json.loads((ENV_FILE.parent / "tests/contracts/origenes.json").read_text())


def test_committed_settings_are_the_defaults() -> None:
    """What `.env` shows is what holds without it."""
    committed = read_env_file(ENV_FILE)

    assert set(committed) <= set(SETTINGS)
    assert read_run_settings(committed) == read_run_settings({})


def test_an_empty_value_is_the_default() -> None:
    """A variable left empty is as if not there."""
    assert read_run_settings({"WEB_PORT": ""})["WEB_PORT"] == "8080"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_PORT", "0"),
        ("WEB_PORT", "65536"),
        ("WEB_PORT", "80a"),
        ("WEB_PORT", "6000"),
        ("WEB_PORT", "10080"),
        ("WEB_PORT", "08080"),
        ("WEB_PORT", "٨٠٨٠"),
        ("RABBITMQ_PORT", "-1"),
        ("RABBITMQ_HOST", "a,,b"),
        ("RABBITMQ_HOST", "amqp://a"),
        ("RABBITMQ_USER", '"pulso"'),
        ("RABBITMQ_USER", "two words"),
        ("RABBITMQ_USER", "$HOME"),
        ("ENTRADA_MAX_PER_SECOND", "-1"),
        ("ENTRADA_MAX_PER_SECOND", "inf"),
        ("EVENTS_PER_SECOND", "0"),
        ("EVENTS_PER_SECOND", "nan"),
        ("EVENTS_PER_SECOND", "many"),
        ("ID_WINDOW_SECONDS", "59"),
        ("ID_WINDOW_ROWS", "1e9"),
        ("LOG_FORMAT", "xml"),
        ("COLAS", "0"),
        ("COLAS", "33"),
        ("COLAS", "dos"),
        ("PANEL_ORIGENES", "pulso.example.org"),
        ("PANEL_ORIGENES", "https://pulso.example.org/"),
        ("PANEL_ORIGENES", "https://a.example,https://b.example/panel"),
        ("PANEL_ORIGENES", "https://a.example:port"),
    ],
)
def test_a_wrong_value_is_one_sentence(name: str, value: str) -> None:
    """It names the variable, the value and what would be right."""
    with pytest.raises(WrongSettingsError) as error:
        read_run_settings({name: value})

    (sentence,) = str(error.value).splitlines()
    assert sentence.startswith(f"{name}={value!r}: must be ")
    assert sentence.endswith(f"Set {name} in .env.")


def test_a_wrong_password_is_not_shown() -> None:
    """Terminals are seen by others, and kept."""
    with pytest.raises(WrongSettingsError) as error:
        read_run_settings({"RABBITMQ_PASSWORD": "my secret#pw"})

    assert str(error.value).startswith("RABBITMQ_PASSWORD: must be some characters without ")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_PORT", "80"),
        ("RABBITMQ_PORT", "1"),
        ("RABBITMQ_PASSWORD", "ñandú%&/()=?;,:.-_+*~"),
        ("EVENTS_PER_SECOND", "0.5"),
        ("ENTRADA_CLAVES", "./mis claves"),
        ("ENTRADA_MAX_PER_SECOND", "0.5"),
        ("RABBITMQ_HOST", "a, b-c.example:5673,[fd00::3]:5674"),
        ("COLAS", "32"),
        ("PANEL_ORIGENES", "https://pulso.example.org, http://10.0.0.7:8080"),
    ],
)
def test_a_right_value_is_kept_as_it_is(name: str, value: str) -> None:
    """Nothing is rewritten on the way to the parts."""
    assert read_run_settings({name: value})[name] == value


def test_two_variables_may_not_name_one_port() -> None:
    """Both are named, the internal ones too."""
    with pytest.raises(WrongSettingsError, match="WEB_PORT and PANEL_PORT are both 8092"):
        read_run_settings({"WEB_PORT": "8092"})


def test_every_wrong_value_is_told_at_once() -> None:
    """Nobody has to start again for each."""
    with pytest.raises(WrongSettingsError) as error:
        read_run_settings({"WEB_PORT": "x", "RABBITMQ_PORT": "y"})

    assert len(str(error.value).splitlines()) == 2


def test_a_line_that_is_no_setting_is_named(tmp_path: Path) -> None:
    """The line's number and what is wrong are in the sentence; the line may be a password."""
    path = tmp_path / ".env"
    for line, wrong in (("my secret", "it has no ="), ("MY PASSWORD=secret", "is no name")):
        path.write_text(f"# comment\n\nWEB_PORT=8080\n{line}\n")
        with pytest.raises(ValueError, match=rf"\.env, line 4 is not .*: .*{wrong}") as error:
            read_env_file(path)
        assert "secret" not in str(error.value)


def test_a_value_is_what_follows_the_first_equals_sign(tmp_path: Path) -> None:
    """As Docker reads it: spaces around it don't count, `#` inside does."""
    path = tmp_path / ".env"
    path.write_text("A=b=c\nD= e \nF=\n")

    assert read_env_file(path) == {"A": "b=c", "D": "e", "F": ""}


@pytest.mark.parametrize("origin", ORIGINS["validos"])
def test_takes_the_origins_that_the_panel_takes(origin: str) -> None:
    """What the panel would accept is handed on."""
    assert read_run_settings({"PANEL_ORIGENES": origin})["PANEL_ORIGENES"] == origin


@pytest.mark.parametrize("origin", ORIGINS["invalidos"])
def test_refuses_the_origins_that_the_panel_refuses(origin: str) -> None:
    """A panel that does not start is no way to learn of a mistake."""
    with pytest.raises(WrongSettingsError, match="PANEL_ORIGENES"):
        read_run_settings({"PANEL_ORIGENES": origin})


def test_history_reaches_back_further_with_each_step() -> None:
    """As the analytics ask for it."""
    with pytest.raises(WrongSettingsError, match=r"HISTORY_MINUTES_KEPT=60, .* reach back"):
        read_run_settings({"HISTORY_SECONDS_KEPT": "86400", "HISTORY_MINUTES_KEPT": "60"})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"ALMACEN": "oracle"}, "ALMACEN='oracle': must be archivo or postgres"),
        ({"ANALITICAS": "0"}, "ANALITICAS='0': must be a whole number from 1 to 8"),
        ({"ANALITICAS": "3"}, "ANALITICAS=3: one file has one writer"),
        ({"ALMACEN": "postgres", "STORE_URL": "postgresql://a/b"}, "leave STORE_URL empty"),
        ({"ALMACEN": "postgres", "POSTGRES_PORT": "8080"}, "WEB_PORT and POSTGRES_PORT are both"),
        (
            {"ALMACEN": "postgres", "ANALITICAS": "3", "ANALITICAS_PORT": "8092"},
            "PANEL_PORT and ANALITICAS_PORT are both 8092",
        ),
    ],
)
def test_stores_that_fit_no_number_of_analytics(given: dict[str, str], says: str) -> None:
    """It is told before anything starts."""
    with pytest.raises(WrongSettingsError, match=says):
        read_run_settings(given)


def test_ports_of_what_is_not_started_are_free_to_others() -> None:
    """Without a PostgreSQL of our own its port is anybody's."""
    assert read_run_settings({"WEB_PORT": "25432", "PANEL_PORT": "8101"})["ALMACEN"] == "archivo"
