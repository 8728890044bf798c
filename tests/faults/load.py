"""
Publishes numbered events with the sender's own publisher, and writes down what it knows.

Each message goes to the file LOAD_LEDGER before it can leave, with the numbers of its events, and
again once it is confirmed; straight to the kernel, so that the file outlives a kill. Events leave
in batches, or with LOAD_ALONE=1 each in a message of its own, its client in the header too.
LOAD_KILL=POINT:COUNT ends the process with SIGKILL at a place in the life of its COUNT-th
message. SIGTERM stops making new events; the exit code is 0 when everything is confirmed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable

from publishing.broker_link import Broker
from publishing.event_queue import Limits
from publishing.outbox import Message, Outbox
from publishing.publisher import Publisher
from tests.faults.workload import ACKNOWLEDGED, ATTEMPT, body_of, client_of, entry, numbers

POINTS = ("before_publish", "after_publish", "before_confirm", "after_confirm")
WRITE_SECONDS = 0.001  # by then a message that left the outbox has been written to the socket


def kill_at(setting: str) -> Callable[[str], None]:
    """What to call at each point; without a setting it does nothing."""
    point, _, passes = setting.partition(":")
    assert not setting or point in POINTS, setting
    left = int(passes or 0)

    def reach(name: str) -> None:
        nonlocal left
        if name == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reach


class RecordingOutbox(Outbox):
    """The sender's outbox; it sees each message come, leave and be confirmed."""

    def __init__(self, ledger: int, reach: Callable[[str], None]) -> None:
        super().__init__()
        self._ledger, self._reach = ledger, reach

    def add(self, message: Message) -> None:
        self._note(ATTEMPT, message)
        super().add(message)

    def take(self) -> Message:
        message = super().take()
        self._reach("before_publish")
        asyncio.get_running_loop().call_later(WRITE_SECONDS, self._reach, "after_publish")
        return message

    def confirm(self, message: Message) -> None:
        self._reach("before_confirm")
        self._note(ACKNOWLEDGED, message)
        self._reach("after_confirm")
        super().confirm(message)

    def _note(self, kind: str, message: Message) -> None:
        os.write(self._ledger, entry(kind, message.body))


def alone_in_its_message() -> bool:
    return os.environ.get("LOAD_ALONE") == "1"


async def produce(publisher: Publisher, stop: asyncio.Event) -> None:
    """Publish at the wanted rate until stopped or done; what a full outbox delays is made up."""
    first, count = int(os.environ["LOAD_FIRST"]), os.environ.get("LOAD_COUNT")
    rate = float(os.environ["LOAD_RATE"])
    poison_every = int(os.environ.get("LOAD_POISON_EVERY", "0"))
    alone = alone_in_its_message()
    loop = asyncio.get_running_loop()
    start = loop.time()
    for sent, number in enumerate(numbers(first, int(count) if count else None, poison_every)):
        if (early := start + sent / rate - loop.time()) > 0:
            await asyncio.sleep(early)
        if stop.is_set():
            return
        await publisher.publish(client_of(number) if alone else None, body_of(number))


async def main() -> None:
    env = os.environ
    broker = Broker(
        env["RABBITMQ_HOST"],
        int(env["RABBITMQ_PORT"]),
        env["RABBITMQ_USER"],
        env["RABBITMQ_PASSWORD"],
        env["RABBITMQ_VHOST"],
        "load",
    )
    ledger = os.open(env["LOAD_LEDGER"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    outbox = RecordingOutbox(ledger, kill_at(env.get("LOAD_KILL", "")))
    limits = Limits(batch_bytes=1) if alone_in_its_message() else Limits()
    publisher = Publisher(broker, limits, outbox)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    logging.info("started")
    async with asyncio.TaskGroup() as parts:
        delivery = parts.create_task(publisher.run())
        await produce(publisher, stop)
        await publisher.drain(float(env.get("LOAD_DRAIN_SECONDS", "120")))
        delivery.cancel()
    assert not publisher.unconfirmed, f"{publisher.unconfirmed} events were never confirmed"


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level="INFO")
    for noisy in ("aiormq", "aio_pika"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    asyncio.run(main())
