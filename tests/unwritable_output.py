"""Descriptors that can't be written to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def full_disk() -> Iterator[int]:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    yield descriptor
    os.close(descriptor)


@contextmanager
def reader_that_left() -> Iterator[int]:
    read, write = os.pipe()
    os.close(read)
    yield write
    os.close(write)
