"""A connection to a database, as far as the parts of a store know it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Loose = str | bytes | bool | None
"""What came from outside as a text, or as bytes that are none, or was not there."""


class Rows(Protocol):
    """What a statement found; `rowcount` is how many rows it changed."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """
    Takes statements that every database of ours understands, with a `?` for each value.

    One statement costs one call, whatever the database: nothing here is done for each event.
    """

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Rows: ...
    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object: ...

    def among(self, statement: str, keys: Sequence[Any], /) -> Rows:
        """In *statement* `{}` stands for the condition that what is before it is one of *keys*."""

    def packed(self, value: Loose, /) -> object:
        """Return what a column for a loose value takes; equal for equal values only."""

    def unpacked(self, stored: Any, /) -> Loose: ...


class Transactions(Protocol):
    def one(self) -> AbstractContextManager[None]:
        """
        All or nothing: whatever is raised within leaves the store as it was.

        Memory must change afterwards only. What was written is durable when this ends.
        Raises StoreUnavailableError (try again later) or CommitFailedError (give up).
        """

    def once(self, task: str, given: object, work: Callable[[], T], /) -> T:
        """
        Do *work* in a transaction, and return what it returns.

        Who is told to try again later does so with the same object *given*: its work is done
        once, also where it was done the first time and only the answer was lost. *task* tells
        those who try at the same time apart.
        """
