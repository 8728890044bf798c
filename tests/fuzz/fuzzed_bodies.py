"""
Bodies of messages as nobody should send them.

Half of them come from a grammar of JSON with everything in it that breaks parsers, half are
mutations of tests/contracts/evento.json.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

CONTRACT = json.loads((Path(__file__).parents[1] / "contracts" / "evento.json").read_text())
CORPUS = [
    *(json.dumps(case["body"]).encode() for case in CONTRACT["accepted"]),
    *(json.dumps(case["body"], ensure_ascii=False).encode() for case in CONTRACT["accepted"]),
    *(case["raw"].encode() for case in CONTRACT["rejected"]),
]
KEYS = [
    "cliente",
    "evento",
    "timestamp",
    "metadata",
    "otro",
    "",
    "Cliente",
    "cli\\u0065nte",
    "\x00",
]
TEXTS = [
    *("a", "cliente_uno", "  x ", "", "jos\u0065\u0301", "\ud55c", "x" * 64, "y" * 65, "\\u0000"),
    *(
        "\\ud800",
        "\\ud83d\\ude00",
        "\\n",
        "\x1f",
        "\x7f",
        "\u200b",
        "\u2028",
        "\\/",
        "\\x",
        "\u00a0",
    ),
    *("2026-11-24T07:00:00Z", "2026-11-24T07:00:00.123456789Z", "2026-02-30T00:00:00Z", "ayer"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026-11-24 07:00:00+25:00", "20261124"),
    *("2026-11-24T07:00Z", "2026-11-24 07:00:00,5 +0100", "20261124T070000-05", "2026-W48-2"),
    *("2026-11-24T24:00Z", "2026-11-24T07:00:60.999+01:00[Europe/Paris]", "2026-11-24T07:00[UTC]"),
]
NUMBERS = [
    *("0", "-0", "-1", "7", "1e11", "99999999999", "1795503600.123", "1795503600123", "1e300"),
    *(
        "1e999",
        "-1e999",
        "01",
        "1.",
        ".5",
        "1e",
        "+1",
        "9" * 30,
        "9" * 5000,
        "-" + "9" * 400,
        "0x10",
        "1_0",
    ),
    *("9223372036854775808", "253402300799", "253402300800", "253402300800000", "1e-400"),
]
WORDS = ["null", "true", "false", "NaN", "Infinity", "-Infinity", "nul", "None", "TRUE"]
TOKENS = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"\\",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\x00",
]
TOKENS += [word.encode() for word in (*WORDS, *NUMBERS[:12])]
OUTSIDE = [None, None, None, "cabecera", "", " x ", "\x00", "z" * 65, 7, b"\xff", True]


class Fuzzer:
    """Makes bodies; the same ones in the same order for the same seed."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def body(self) -> bytes:
        roll = self._rng.random()
        if roll < 0.5:
            return self._mutated(self._rng.choice(CORPUS))
        if roll < 0.999:
            body = self._message().encode("utf-8", "surrogatepass")
            return self._mutated(body) if roll < 0.6 else body
        return self._large()

    def outside(self) -> tuple[object, str | None]:
        """Header and app_id."""
        header, app_id = self._rng.choice(OUTSIDE), self._rng.choice(OUTSIDE)
        return header, app_id if isinstance(app_id, str) else None

    def _message(self) -> str:
        if self._rng.random() < 0.7:
            return self._object(2)
        return "[" + ",".join(self._object(2) for _ in range(self._rng.randint(0, 4))) + "]"

    def _object(self, depth: int) -> str:
        rng = self._rng
        fields = [f'"cliente":"{rng.choice("abc")}"'] if rng.random() < 0.5 else []
        fields += (f'"{rng.choice(KEYS)}":{self._value(depth)}' for _ in range(rng.randint(0, 3)))
        rng.shuffle(fields)
        return "{" + rng.choice(("", "", " ", "\n")) + ",".join(fields) + "}"

    def _value(self, depth: int) -> str:
        kind = self._rng.randint(0, 5 if depth else 3)
        if kind <= 1:
            return f'"{self._rng.choice(TEXTS)}"'
        if kind == 2:
            return self._rng.choice(NUMBERS)
        if kind == 3:
            return self._rng.choice(WORDS)
        if kind == 4:
            return self._object(depth - 1)
        return "[" + ",".join(self._value(depth - 1) for _ in range(self._rng.randint(0, 3))) + "]"

    def _mutated(self, body: bytes) -> bytes:
        rng, changed = self._rng, bytearray(body)
        for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
            at = rng.randint(0, len(changed))
            match rng.randint(0, 5):
                case 0:
                    changed[at:at] = rng.choice(TOKENS)
                case 1:
                    del changed[at : at + rng.randint(1, 6)]
                case 2 if at < len(changed):
                    changed[at] = rng.randint(0, 255)
                case 3:
                    changed[at:at] = changed[at : at + rng.randint(1, 20)]
                case 4:
                    changed[at:] = rng.choice(CORPUS)[rng.randint(0, 40) :]
                case _:
                    del changed[at:]
        return bytes(changed)

    def _large(self) -> bytes:
        n = self._rng.randint(1000, 20_000)
        return self._rng.choice(
            (
                b"[" * n,
                b'{"cliente":"a","metadata":' + b"[" * n,
                b'{"cliente":"a","metadata":' + b"[" * 50 + b"]" * 50 + b"}" * n,
                b"[" + b",".join([b'{"cliente":"a"}'] * (n // 10)) + b"]",
                b'{"cliente":"' + b"a" * n + b'"}',
                b'{"cliente":"a","metadata":"' + b"\\ud800" * n + b'"}',
                b'{"cliente":"a","timestamp":' + b"9" * n + b"}",
            )
        )
