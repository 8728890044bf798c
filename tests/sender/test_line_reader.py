import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lines.reader import LineSplitter, read_lines, share_read

LONGEST = 10
PIECES = st.lists(
    st.binary(max_size=14) | st.sampled_from([b"\n", b"ab\ncd\n", b"\nlonger than ten\n"]),
    max_size=12,
)


def whole(lines: list[bytes]) -> list[bytes | None]:
    return [line if len(line) <= LONGEST else None for line in lines]


@given(pieces=PIECES)
def test_lines_do_not_depend_on_how_they_arrive(pieces: list[bytes]) -> None:
    """However the bytes are cut, the lines are those of the whole; those too long are only told."""
    splitter = LineSplitter(LONGEST)
    lines = [line for piece in pieces for line in splitter.feed(piece)] + splitter.end()
    expected = b"".join(pieces).split(b"\n")
    if not expected[-1]:
        expected.pop()

    assert lines == whole(expected)


def test_endless_line_takes_no_memory() -> None:
    """Of a line that never ends, nothing is kept once it is too long."""
    splitter = LineSplitter(LONGEST)
    splitter.feed(b"begin")
    for _ in range(1000):
        assert splitter.feed(b"x" * 1000) == []
        assert not splitter._parts

    assert splitter.feed(b"\n{}\n") == [None, b"{}"]


async def read_all(fd: int) -> list[bytes | None]:
    return [line async for lines in read_lines(fd, LONGEST) for line in lines]


async def test_file_and_nothing_are_read_to_their_end(tmp_path: Path) -> None:
    """What can't be waited for, a file or /dev/null, is read all the same."""
    path = tmp_path / "lines"
    path.write_bytes(b"{}\n[]")
    file, nothing = os.open(path, os.O_RDONLY), os.open(os.devnull, os.O_RDONLY)
    try:
        assert share_read(file) == 0
        assert await read_all(file) == [b"{}", b"[]"]
        assert share_read(file) == 1
        assert await read_all(nothing) == []
        assert share_read(nothing) is None
    finally:
        os.close(file)
        os.close(nothing)


async def test_line_is_there_as_soon_as_it_is_written() -> None:
    """A line of a pipe that stays open is not held back; the loop is free while none comes."""
    end, start = os.pipe()
    lines = read_lines(end, LONGEST)
    try:
        waiting = asyncio.ensure_future(anext(lines))
        done, _ = await asyncio.wait([waiting], timeout=0.05)
        assert not done
        os.write(start, b"{}\n{")
        assert await asyncio.wait_for(waiting, 10) == [b"{}"]
        os.close(start)
        assert await anext(lines) == [b"{"]
        with pytest.raises(StopAsyncIteration):
            await anext(lines)
    finally:
        os.close(end)
