"""Packed bodies, whatever they hold and however they are cut on their way."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.access.problem import ProblemError
from intake.bodies.gzip_body import MOST_MEMBERS, STEP, unpacked

PLENTY = 1024 * 1024


def unfold(pieces: Iterable[bytes], most: int = PLENTY) -> list[bytes]:
    async def arriving() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def read() -> list[bytes]:
        return [data async for data in unpacked(arriving(), most)]

    return asyncio.run(read())


@given(st.lists(st.binary(max_size=200), max_size=4), st.integers(1, 50))
def test_what_was_packed_comes_out(members: list[bytes], step: int) -> None:
    """Files one after the other are one body, in any pieces."""
    packed = b"".join(map(gzip.compress, members))

    pieces = (packed[at : at + step] for at in range(0, len(packed), step))

    assert b"".join(unfold(pieces)) == b"".join(members)


@given(st.binary(min_size=1, max_size=200), st.data())
def test_what_ends_early_is_400(body: bytes, data: st.DataObject) -> None:
    """Not even what could be read of it counts as the body."""
    packed = gzip.compress(body)
    cut = data.draw(st.integers(1, len(packed) - 1))

    with pytest.raises(ProblemError, match="ends early") as error:
        unfold([packed[:cut]])

    assert error.value.status == 400


def test_it_unfolds_step_by_step_and_no_further_than_allowed() -> None:
    """What would be 100 MB is never more than a step in memory, and ends at the limit."""
    bomb = gzip.compress(b" " * (100 * 1024 * 1024))

    with pytest.raises(ProblemError, match=f"at most {PLENTY} bytes"):
        unfold([bomb])
    exact = unfold([gzip.compress(b" " * PLENTY)])
    assert {len(step) for step in exact} == {STEP}
    assert len(exact) * STEP == PLENTY


def test_it_has_not_endlessly_many_members() -> None:
    """Each costs, and may be empty."""
    assert unfold([gzip.compress(b"") * MOST_MEMBERS]) == []
    with pytest.raises(ProblemError, match="more than 1000 members"):
        unfold([gzip.compress(b"") * (MOST_MEMBERS + 1)])
