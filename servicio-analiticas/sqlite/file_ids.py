from __future__ import annotations

from collections.abc import Iterable, Sequence

from counting.message_identity import Key
from storing.kept_ids import KeptIds, Row

KNOWN = "SELECT id, cuerpo, suerte FROM ids WHERE id IN ({})"
# What is decided anew gets a new place, and leaves a gap.
KEEP = "REPLACE INTO ids (id, cuerpo, suerte, reloj) VALUES (?, ?, ?, ?)"


class FileIds(KeptIds):
    """A key is kept as it is: SQLite has a column for whatever comes."""

    def keep(self, ids: Sequence[Row], clock: float) -> None:
        self._db.executemany(KEEP, ((*row, clock) for row in ids))

    def _stored(self, keys: list[Key]) -> Iterable[tuple[Key, int, int]]:
        return self._db.execute(KNOWN.format(",".join("?" * len(keys))), keys)
