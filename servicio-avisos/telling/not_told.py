from __future__ import annotations


class NotToldError(RuntimeError):
    """What is known of why, without anything of the address; *maybe* it was taken all the same."""

    def __init__(self, why: str, *, maybe: bool = False) -> None:
        super().__init__(why)
        self.maybe = maybe
