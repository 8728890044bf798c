from __future__ import annotations

from pathlib import Path
from typing import IO

from comun.files.held_file import FileInUseError, hold_file
from database.failures import StoreInUseError


def lock_store(path: Path) -> IO[str]:
    """Hold the store until the result is closed. Raises StoreInUseError, naming the holder."""
    try:
        return hold_file(path)
    except FileInUseError as error:
        raise StoreInUseError(
            f"{error}: two would count everything twice."
            " Stop that one first, or set STORE_PATH to another file."
        ) from None
