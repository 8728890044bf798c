"""
Places at which the analytics is killed, named around the seams of the product.

`FAULT_POINT=before_commit:17` ends the process with SIGKILL when it comes to that place for the
17th time. A seam that is renamed makes `install` fail: no place goes unnoticed.
"""

from __future__ import annotations

import functools
import inspect
import os
import signal
from collections.abc import Callable
from typing import Any

from aside import copies
from consuming import consumer
from postgres import server_store
from postgres.server_store import ServerStore
from postgres.server_transactions import ServerTransactions
from sqlite import file_store
from sqlite.file_store import FileStore
from sqlite.file_transactions import FileTransactions
from storing import bookkeeping
from storing.delta_log import DeltaLog
from storing.folding import Folding

Reach = Callable[[str], None]
Put = Callable[[Any, str, Any], None]

STORES = (
    (FileStore, FileTransactions, file_store),
    (ServerStore, ServerTransactions, server_store),
)
ACKS = frozenset({"before_ack", "after_ack"})
POINTS = ACKS | {
    f"{when}_{what}"
    for when in ("before", "after")
    for what in ("decode", "insert", "commit", "fold", "fold_commit", "forget")
}


def armed(setting: str) -> Reach:
    """Raises ValueError for a place that does not exist, or a count that is none."""
    wanted, _, passes = setting.partition(":")
    if wanted not in POINTS or not (passes.isdigit() and int(passes) > 0):
        raise ValueError(f"FAULT_POINT={setting!r}: NAME:COUNT with NAME of {sorted(POINTS)}")
    left = int(passes)

    def reach(name: str) -> None:
        nonlocal left
        if name == wanted:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reach


def install(reach: Reach, put: Put = setattr) -> None:
    """Have *reach* called at each place. *put* may be one that can be undone."""
    under_way: list[str] = []

    def around(owner: Any, name: str, before: str = "", after: str = "") -> None:
        put(owner, name, _around(getattr(owner, name), reach, before, after))

    def names_its_commit(store: Any, name: str, commit: str) -> None:
        whole = getattr(store, name)

        def run(*given: Any) -> Any:
            under_way.append(commit)
            try:
                return whole(*given)
            finally:
                under_way.pop()

        put(store, name, run)

    def reached_by(commit: Any) -> Any:
        def commits(self: Any) -> None:
            for name in under_way:
                reach(f"before_{name}")
            commit(self)
            for name in under_way:
                reach(f"after_{name}")

        return commits

    for store, transactions, module in STORES:
        names_its_commit(store, "apply", "commit")
        names_its_commit(store, "tend", "fold_commit")
        put(transactions, "commit", reached_by(transactions.commit))
        around(module, "count", "before_decode", "after_decode")
    around(bookkeeping, "update_ledger", before="before_insert")
    around(copies, "keep", after="after_insert")
    around(Folding, "fold", before="before_fold")
    around(DeltaLog, "note", after="after_fold")
    around(DeltaLog, "forget", "before_forget", "after_forget")
    around(consumer, "settle", "before_ack", "after_ack")


def _around(call: Callable[..., Any], reach: Reach, before: str, after: str) -> Callable[..., Any]:
    @functools.wraps(call)
    async def settled(*given: Any) -> Any:
        reach(before)
        done = await call(*given)
        reach(after)
        return done

    @functools.wraps(call)
    def called(*given: Any) -> Any:
        reach(before)
        done = call(*given)
        reach(after)
        return done

    return settled if inspect.iscoroutinefunction(call) else called
