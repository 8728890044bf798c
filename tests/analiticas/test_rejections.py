from collections.abc import Iterator

import pytest

from aside import rejections
from counting.totals import IdWindow
from decoding.message import Message
from tests.contracts.wire_schemas import example
from tests.store_places import AnyStore, Place


@pytest.fixture(name="store")
def _store(place: Place) -> Iterator[AnyStore]:
    store = place.open(IdWindow(604800, 50_000_000))
    yield store
    store.close()


def test_totals_and_samples(store: AnyStore) -> None:
    """Each reason has a total, and each rejected message a sample, newest first."""
    store.apply(
        [
            Message(1, b'[{"cliente": "a"}, {"cliente": 7}]', "x"),
            Message(2, b'[{"cliente": 7}]', None, "cabecera"),
            Message(3, "ñ no es json".encode(), app_id="programa"),
        ]
    )

    read = rejections.read(store._db, 10)

    contract = example("rechazados")
    moments = [sample.pop("momento") for sample in read["muestras"]]
    assert [{"momento": moments[0], **sample} for sample in read["muestras"]] == [
        sample | {"momento": moments[0]} for sample in contract["muestras"]
    ]
    assert list(read["motivos"].items()) == list(contract["motivos"].items())


def test_a_repeated_rejection_is_recorded_once(store: AnyStore) -> None:
    """A copy of a rejected message is rejected again, but adds neither total nor sample."""
    for _ in range(2):
        store.apply([Message(1, b"no es json", "x")])

    read = rejections.read(store._db, 10)
    assert sum(read["motivos"].values()) == len(read["muestras"]) == 1


def test_kept_small(store: AnyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old samples make room, samples are cut, and reasons beyond a number share one total."""
    monkeypatch.setattr(rejections, "MAX_SAMPLES", 5)
    monkeypatch.setattr(rejections, "MAX_KINDS", 2)
    bodies = [b"x" * 5000, b'{"cliente":1}', b'{"cliente":"a","evento":1}', b"[]"] * 3
    for body in bodies:
        store.apply([Message(1, body)])

    read = rejections.read(store._db, 100)

    assert len(read["muestras"]) == 5
    assert max(len(s["cuerpo"]) for s in read["muestras"]) == 256
    assert read["motivos"]["otros"] == 6
    assert sum(read["motivos"].values()) == 12


def test_reasons_of_one_kind() -> None:
    """What differs from message to message is no part of the kind."""
    reasons = [f"[{n}].cliente: {60 + n} characters, must be 1 to 64" for n in range(5, 9)]

    assert {rejections.kind_of(r) for r in reasons} == {"cliente: N characters, must be N to N"}
    assert (
        rejections.kind_of("cliente: control character '\\x00'") == "cliente: control character …"
    )
