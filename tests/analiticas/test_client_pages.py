"""All clients by pages, in every state of folding and while more is counted."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counting.totals import IdWindow
from decoding.message import Message
from sqlite.file_store import FileStore, open_store
from storing import delta_log
from storing.client_row import PageOfClients
from tests.contracts.wire_schemas import example, sent

CONTRACT = example("clientes")
NAMES = ("a", "b", "B", "á", "ñ", "\U0001f600", "\uffee")
Batch = list[tuple[str, int]]  # clients, and when
BATCHES = st.lists(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 99)), min_size=1))
_numbers = count()


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stores")


@pytest.fixture(autouse=True, scope="module")
def _fold_bit_by_bit() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delta_log, "SEAL_SECONDS", 0)
        patch.setattr(delta_log, "FOLD_CELLS", 1)
        yield


def open_new(folder: Path) -> FileStore:
    return open_store(folder / f"{next(_numbers)}.db", IdWindow(604800, 1000))


def apply(store: FileStore, batch: Batch) -> None:
    body = [{"cliente": cliente, "timestamp": second} for cliente, second in batch]
    store.apply([Message(1, json.dumps(body).encode(), str(next(_numbers)))])


def pages(store: FileStore, limit: int) -> Iterator[dict[str, Any]]:
    after: str | None = ""
    while after is not None:
        page = store.read_clients(PageOfClients(after, limit))
        yield page
        after = page["siguiente"]


def listed(walk: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    return [(c["cliente"], c["total"], c["visto"]) for page in walk for c in page["clientes"]]


@given(BATCHES, st.integers(0, 5), st.integers(1, 4))
def test_pages_are_all_clients(folder: Path, batches: list[Batch], folds: int, limit: int) -> None:
    """While nothing is counted pages are together every client by name, exactly once."""
    store = open_new(folder)
    for batch in batches:
        apply(store, batch)
    for _ in range(folds):
        store.tend()

    walk = list(pages(store, limit))

    store.close()
    events = [event for batch in batches for event in batch]
    totals = Counter(cliente for cliente, _ in events)
    seen = dict(sorted(events))
    assert listed(walk) == [
        (name, totals[name], f"1970-01-01T00:0{seen[name] // 60}:{seen[name] % 60:02}.000Z")
        for name in sorted(totals)
    ]
    assert {len(page["clientes"]) for page in walk[:-1]} <= {limit}
    assert {(page["distintos"], page["version"]) for page in walk} == {(len(totals), len(batches))}


@given(BATCHES.filter(bool), st.lists(BATCHES, min_size=8, max_size=8), st.integers(1, 2))
def test_a_walk_while_more_is_counted(
    folder: Path, before: list[Batch], meanwhile: list[list[Batch]], limit: int
) -> None:
    """Whoever was there when a walk began is in it once, with no less than it had then."""
    store = open_new(folder)
    for batch in before:
        apply(store, batch)
    walk: list[dict[str, Any]] = []
    for page, more in zip(pages(store, limit), meanwhile, strict=False):
        walk.append(page)
        for batch in more:
            apply(store, batch)

    store.close()
    found = listed(walk)
    totals = {name: total for name, total, _ in found}
    then = Counter(cliente for batch in before for cliente, _ in batch)
    assert [name for name, *_ in found] == sorted(totals)
    assert all(totals[name] >= n for name, n in then.items())
    assert [page["version"] for page in walk] == sorted(page["version"] for page in walk)


def test_a_page_has_the_contract_shape(folder: Path) -> None:
    """A page of the store has the shape that readers are told."""
    store = open_new(folder)
    apply(store, [("app", 3), ("web", 4), ("zeta", 5)])

    page = store.read_clients(PageOfClients("", 2))

    store.close()
    sent("clients", page)
    assert page["siguiente"] == CONTRACT["siguiente"]
    assert [*page] == [*CONTRACT]
    assert [[*one] for one in page["clientes"]] == [[*one] for one in CONTRACT["clientes"]]
