"""
What the processes of a run say to each other over pipes: four bytes of length, then MessagePack.

Times are milliseconds since the run's start by the monotonic clock, which is one for the whole
machine; `ticks` are finer: TICKS of them are a millisecond.
"""

from __future__ import annotations

import asyncio

import msgspec

TICKS = 5
NUMBER = "I"  # the type of a client's number, in an array
HEAD = 4


class Said(msgspec.Struct, frozen=True, tag=True):
    """Anything that is said."""


class BrokerAddress(msgspec.Struct, frozen=True):
    host: str
    port: int
    user: str
    password: str
    vhost: str
    authorities: str


class Crowd(msgspec.Struct, frozen=True):
    """The simulated clients, from which every process makes the same list; see `clients_of`."""

    seed: int
    count: int
    exponent: float = 1.0


class Generate(Said, frozen=True, kw_only=True):
    """Publish the events of these *parts* out of so many, each over a connection of its own."""

    broker: BrokerAddress
    crowd: Crowd
    kinds: list[str]
    profile: str
    peak: float
    seconds: float
    parts: list[int]
    of: int
    one_by_one: bool
    patience: float  # seconds without progress at the end, after which to give up


class Watch(Said, frozen=True, kw_only=True):
    """
    Be so many viewers. *login* is the value of an Authorization header, or empty; *authorities*
    are trusted to sign a certificate, None without TLS.
    """

    host: str
    port: int
    path: str
    authorities: str | None
    login: str
    viewers: int
    crowd: Crowd


class Ready(Said, frozen=True):
    """What was asked for can begin. Viewers tell when the first and the last of them had come."""

    came: tuple[float, float] | None = None  # seconds of the monotonic clock


class Begin(Said, frozen=True):
    """The run starts at this moment of the monotonic clock, which is *wall* in seconds UTC."""

    start: float
    wall: float


class Stop(Said, frozen=True):
    """Publish nothing new, see that the rest is confirmed, and finish."""


class Look(Said, frozen=True):
    """Say what every viewer shows: answered by Standings."""


class Note(Said, frozen=True):
    """Something that a person should read."""

    text: str


class Progress(Said, frozen=True, kw_only=True):
    """
    What a generator did since its last report, in the order of the schedule.

    *runs* are [millisecond, events due then and handed over now]; *numbers* those events' clients,
    an array of NUMBER. *confirms* are [second when due, ticks until confirmed, events].
    """

    runs: list[tuple[int, int]]
    numbers: bytes
    confirms: list[tuple[int, int, int]]
    late: int
    worst_late: int
    unconfirmed: int
    cpu: float


class Finished(Said, frozen=True, kw_only=True):
    """
    *confirmed* and *unconfirmed* by the client's number; *unsent* were due, no more. The last
    confirm had come so many *seconds* after the start.
    """

    confirmed: dict[int, int]
    unconfirmed: dict[int, int]
    unsent: int
    messages: int
    seconds: float


class Rise(msgspec.Struct, frozen=True, array_like=True):
    """A push shows *after* of this client instead of *before*; None: nobody knows what it was."""

    client: int
    before: int | None
    after: int


class Pushed(msgspec.Struct, frozen=True, array_like=True):
    """
    A push that is new since the last report: its *first* viewer had it then, the last later. It
    shows so many events in all.
    """

    push: int
    rises: list[Rise]
    first: int
    spread: int
    total: int


class Watched(Said, frozen=True, kw_only=True):
    """*arrivals* are [push, tick, viewers]: so many viewers showed it from then on."""

    connected: int
    pushes: list[Pushed]
    arrivals: list[tuple[int, int, int]]
    frames: int
    drops: int
    complaints: list[str]
    cpu: float


class Standing(msgspec.Struct, frozen=True):
    """What so many *viewers* show alike."""

    viewers: int
    epoca: str
    version: int
    total: int
    others: int
    clientes: dict[str, int]


class Standings(Said, frozen=True):
    """*absent* viewers have no connection, or nothing to show yet."""

    standings: list[Standing]
    absent: int


ToWorker = Generate | Watch | Begin | Stop | Look
FromWorker = Ready | Note | Progress | Finished | Watched | Standings
_DECODER = msgspec.msgpack.Decoder(ToWorker | FromWorker)


def packed(message: Said) -> bytes:
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(HEAD, "big") + body


async def received(reader: asyncio.StreamReader) -> Said | None:
    """Return the next message, or None once the other side has ended."""
    try:
        size = int.from_bytes(await reader.readexactly(HEAD), "big")
        body = await reader.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    said: Said = _DECODER.decode(body)
    return said
