from __future__ import annotations

from collections.abc import Iterable, Sequence

from counting.message_identity import Key
from counting.verdict import Kept
from storing.kept_ids import KeptIds, Row

KNOWN = "SELECT id, cuerpo, suerte FROM ids WHERE id {}"
KEEP = """INSERT INTO ids (id, cuerpo, suerte, reloj)
    SELECT id, cuerpo, suerte, ? FROM unnest(?::bytea[], ?::bigint[], ?::bigint[])
        WITH ORDINALITY AS llegados (id, cuerpo, suerte, orden) ORDER BY orden
    ON CONFLICT (id, cuerpo) DO UPDATE
    SET n = excluded.n, suerte = excluded.suerte, reloj = excluded.reloj"""


class ServerIds(KeptIds):
    """A batch is one statement, and a key is packed: no column takes both text and bytes."""

    def keep(self, ids: Sequence[Row], clock: float) -> None:
        last: dict[tuple[object, int], Kept] = {}
        for key, digest, kept in ids:
            identity = self._db.packed(key), digest
            last.pop(identity, None)  # what was decided anew in this batch has its place by that
            last[identity] = kept
        if last:
            keys, digests = map(list, zip(*last, strict=True))
            kept_as = [int(kept) for kept in last.values()]
            self._db.execute(KEEP, (clock, keys, digests, kept_as))

    def _stored(self, keys: list[Key]) -> Iterable[tuple[Key, int, int]]:
        unpacked = {self._db.packed(key): key for key in keys}
        for stored, digest, kept in self._db.among(KNOWN, list(unpacked)):
            yield unpacked[stored], digest, kept
