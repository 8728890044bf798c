"""
Publishes an event and watches it being counted, by an AsyncAPI document and nothing else.

    python -m tests.contracts.contract_publisher DOCUMENT KEY=VALUE...

DOCUMENT is an address. The values are those of the servers' variables (host and port as
broker.host, panel.port and so on), `user` and `password`. Prints what it did as a JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Mapping

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange
from jsonschema import Draft7Validator
from websockets.asyncio.client import ClientConnection, connect

from tests.contracts.contract_reader import Contract, Object, Reader, arguments

PATIENCE = 30.0


async def publish_twice(contract: Contract, credentials: str, event: Object) -> str:
    """Declare what there is, publish one message two times, and return its id once it is safe."""
    operation = contract.publishing
    rules, binding = operation["x-publish"], operation["bindings"]["amqp"]
    message = message_of(operation, event)
    url = f"amqp://{credentials}@{contract.address('amqp')}?heartbeat={rules['heartbeatSeconds']}"
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(
            publisher_confirms=rules["confirm"], on_return_raises=binding["mandatory"]
        )
        exchange = await declared(channel, operation["channel"]["bindings"]["amqp"]["exchange"])
        for queue in contract.queues():
            await channel.declare_queue(
                queue["name"],
                durable=queue["durable"],
                exclusive=queue["exclusive"],
                auto_delete=queue["autoDelete"],
                arguments=arguments(queue["x-arguments"]),
            )
        for _ in range(2):
            await exchange.publish(
                message,
                rules["routingKey"],
                mandatory=binding["mandatory"],
                timeout=rules["confirmSeconds"],
            )
    return str(message.message_id)


async def declared(channel: AbstractChannel, told: Object) -> AbstractExchange:
    return await channel.declare_exchange(
        told["name"],
        told["type"],
        durable=told["durable"],
        auto_delete=told["autoDelete"],
        internal=told["x-internal"],
        arguments=arguments(told["x-arguments"]),
    )


def example_of(operation: Object) -> Object:
    """An event: the fullest example of the first message's schema, which takes it."""
    schema = operation["messages"][0]["payload"]
    examples: list[Object] = schema["examples"]
    event = max(examples, key=lambda example: len(example))
    Draft7Validator(schema).validate(event)
    return event


def message_of(operation: Object, event: Object) -> aio_pika.Message:
    """*event* with the properties that are asked for."""
    told = operation["messages"][0]
    (trait,) = told["traits"]
    properties: Object = {
        "message_id": str(uuid.uuid4()),
        "timestamp": int(time.time()),
        "content_type": told["contentType"],
        "delivery_mode": operation["bindings"]["amqp"]["deliveryMode"],
    }
    Draft7Validator(trait["x-properties"]).validate(properties)
    return aio_pika.Message(json.dumps(event).encode(), **properties)


async def watch(contract: Contract, client: str, more_than: int | None = None) -> int:
    """Return the count of a client as a viewer sees it, once it is *more_than* so many."""
    channel = contract.watching["channel"]
    async with (
        connect(
            f"ws://{contract.address('ws')}{channel['address']}",
            compression=None,
            subprotocols=channel["x-subprotocols"]["names"] or None,
            proxy=None,
        ) as socket,
        asyncio.timeout(PATIENCE),
    ):
        return await seen(socket, channel, client, more_than)


async def seen(
    socket: ClientConnection, channel: Object, client: str, more_than: int | None
) -> int:
    messages = channel["messages"].values()
    schemas = {told["name"]: Draft7Validator(told["payload"]) for told in messages}
    counts: dict[str, int | None] = {}
    quiet = channel["x-keep-alive"]["silenceIsDeadAfterSeconds"]
    while True:
        message = json.loads(await asyncio.wait_for(socket.recv(), quiet))
        schemas[message["tipo"]].validate(message)
        if "clientes" not in message:
            continue
        counts = message["clientes"] if "previa" not in message else counts | message["clientes"]
        count = counts.get(client) or 0
        if more_than is None or count > more_than:
            return count


async def main(document: str, given: Mapping[str, str]) -> None:
    contract = Contract(Reader().document(document), given)
    event = example_of(contract.publishing)
    before = await watch(contract, event["cliente"])
    watching = asyncio.create_task(watch(contract, event["cliente"], before))
    message_id = await publish_twice(contract, f"{given['user']}:{given['password']}", event)
    after = await watching
    done = {"message_id": message_id, "event": event, "seen": [before, after]}
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], dict(each.split("=", 1) for each in sys.argv[2:])))
