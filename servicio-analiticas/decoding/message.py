from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    """One delivery of the broker: what every room from the consumer to the store passes on."""

    tag: int  # delivery tag, of use only on the channel that delivered it
    body: bytes  # as it travelled
    message_id: str | None = None
    header_client: object = None
    app_id: str | None = None
    timestamp: float | None = None  # AMQP's, seconds since 1970
    arrived: float = 0.0  # seconds since 1970
    deaths: object = None  # its header x-death, or True when its headers can't be read
