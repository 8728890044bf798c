"""What a push costs before anything is sent."""

from collections.abc import Callable

import msgspec
import pytest

from messages.deltas import Deltas
from messages.report_wire import Reporte


def test_a_snapshot_is_encoded_once(
    report_of: Callable[..., Reporte], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its size is known from the bytes that viewers get."""
    deltas, encoded = Deltas(), list[str]()

    def encode(message: object) -> bytes:
        encoded.append(type(message).__name__)
        return plain(message)

    plain = msgspec.json.encode
    monkeypatch.setattr("msgspec.json.encode", encode)
    for version in (1, 2):
        deltas.advance(report_of({"a": version}, version=version))

    assert encoded == ["Instantanea", "Instantanea", "Cambio"]
