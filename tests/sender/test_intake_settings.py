"""The settings of the intake."""

import pytest

from intake.settings import read_intake_settings


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"ENTRADA_PORT": "0"}, "ENTRADA_PORT='0'"),
        ({"ENTRADA_MAX_PER_SECOND": "-1"}, "ENTRADA_MAX_PER_SECOND='-1'"),
        ({"ENTRADA_SIN_CLAVES": "si"}, "ENTRADA_SIN_CLAVES='si'"),
        ({"ENTRADA_TRUSTED_HOPS": "9"}, "ENTRADA_TRUSTED_HOPS='9'"),
        ({"ENTRADA_HOST": "0.0.0.0"}, "ENTRADA_HOST='0.0.0.0' without ENTRADA_CLAVES"),
        ({"ENTRADA_HOST": "::"}, "ENTRADA_HOST='::' without ENTRADA_CLAVES"),
        ({"ENTRADA_HOST": "entrada.example"}, "without ENTRADA_CLAVES"),
    ],
)
def test_a_wrong_setting_is_one_sentence(given: dict[str, str], sentence: str) -> None:
    """It names the variable, its value, and what would be right."""
    with pytest.raises(ValueError, match="Set ENTRADA") as error:
        read_intake_settings(given)
    assert str(error.value).startswith(sentence) or sentence in str(error.value)


@pytest.mark.parametrize(
    ("given", "open_to_all"),
    [
        ({}, False),
        ({"ENTRADA_HOST": "::1"}, False),
        ({"ENTRADA_HOST": "localhost"}, False),
        ({"ENTRADA_HOST": "0.0.0.0", "ENTRADA_CLAVES": "claves"}, False),
        ({"ENTRADA_HOST": "0.0.0.0", "ENTRADA_SIN_CLAVES": "permitido"}, True),
        ({"ENTRADA_SIN_CLAVES": "permitido"}, False),
    ],
)
def test_without_keys_beyond_loopback_only_on_purpose(
    given: dict[str, str], open_to_all: bool
) -> None:
    """Anything else needs a file of keys."""
    assert read_intake_settings(given).open_to_all == open_to_all
