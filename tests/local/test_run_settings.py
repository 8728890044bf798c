from __future__ import annotations

from pathlib import Path

import pytest

from env_file import read_env_file
from run_settings import SETTINGS, WrongSettingsError, read_run_settings

ENV_FILE = Path(__file__).parents[2] / ".env"


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
        ("WEB_PORT", "٨٠٨٠"),
        ("RABBITMQ_PORT", "-1"),
        ("RABBITMQ_USER", '"pulso"'),
        ("RABBITMQ_PASSWORD", "two words"),
        ("RABBITMQ_PASSWORD", "$HOME"),
        ("EVENTS_PER_SECOND", "0"),
        ("EVENTS_PER_SECOND", "nan"),
        ("EVENTS_PER_SECOND", "many"),
        ("ID_WINDOW_SECONDS", "59"),
        ("ID_WINDOW_ROWS", "1e9"),
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_PORT", "1"),
        ("RABBITMQ_PASSWORD", "ñandú%&/()=?;,:.-_+*~"),
        ("EVENTS_PER_SECOND", "0.5"),
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
    """The line's number and its text are in the sentence."""
    path = tmp_path / ".env"
    path.write_text("# comment\n\nWEB_PORT=8080\nWEB PORT 8080\n")

    with pytest.raises(ValueError, match=r"\.env, line 4: 'WEB PORT 8080' is not NAME=value"):
        read_env_file(path)


def test_a_value_is_what_follows_the_first_equals_sign(tmp_path: Path) -> None:
    """As Docker reads it: spaces around it don't count, `#` inside does."""
    path = tmp_path / ".env"
    path.write_text("A=b=c\nD= e \nF=\n")

    assert read_env_file(path) == {"A": "b=c", "D": "e", "F": ""}
