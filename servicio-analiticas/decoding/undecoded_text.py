from __future__ import annotations


class UndecodedText(str):
    """
    Bytes that should be UTF-8 and are not: escaped for who reads them, themselves on the wire.

    The text `\\xff` and the byte 0xff look the same here, so what identifies goes by `raw`.
    """

    __slots__ = ("raw",)

    raw: bytes

    def __new__(cls, raw: bytes) -> UndecodedText:
        text = super().__new__(cls, raw.decode("utf-8", "backslashreplace"))
        text.raw = raw
        return text

    def __str__(self) -> str:
        return self  # aio_pika copies the properties of a message with str()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Return the bytes as they were, in whatever encoding: this is how pamqp sends a string."""
        return self.raw
