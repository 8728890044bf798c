"""Requests take turns when there are many, and nobody waits when there are few."""

import asyncio

from reporting.turnstile import AT_ONCE, Turnstile


async def test_a_few_do_not_wait() -> None:
    """Without a crowd there is no queue."""
    turnstile = Turnstile()
    for _ in range(AT_ONCE):
        entering = turnstile.enter()
        try:
            entering.send(None)  # one step: whoever had to wait would not be through yet
        except StopIteration:
            continue
        raise AssertionError("had to wait")


async def test_a_crowd_goes_first_come_first_served() -> None:
    """Each pause lets a few in, in the order in which they came."""
    turnstile, seen = Turnstile(), []

    async def one(n: int) -> None:
        await turnstile.enter()
        seen.append(n)

    crowd = [asyncio.create_task(one(n)) for n in range(5 * AT_ONCE)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert seen == list(range(AT_ONCE))

    await asyncio.wait_for(asyncio.gather(*crowd), 10)
    assert seen == sorted(seen)
    assert len(turnstile) == 0


async def test_who_is_gone_takes_nobodys_turn() -> None:
    """A crowd that has left keeps nobody waiting."""
    turnstile, here = Turnstile(), 1
    crowd = [asyncio.create_task(turnstile.enter()) for _ in range(AT_ONCE)]
    crowd += [asyncio.create_task(turnstile.enter(lambda: True)) for _ in range(1000)]
    crowd += [asyncio.create_task(turnstile.enter()) for _ in range(here)]
    await asyncio.sleep(0)

    turnstile._open(asyncio.get_running_loop().time())

    await asyncio.wait_for(asyncio.gather(*crowd), 5)


async def test_who_leaves_takes_nobodys_turn() -> None:
    """A client that hangs up while it waits is passed over."""
    turnstile = Turnstile()
    crowd = [asyncio.create_task(turnstile.enter()) for _ in range(3 * AT_ONCE)]
    await asyncio.sleep(0)
    for leaver in crowd[AT_ONCE : 2 * AT_ONCE]:
        leaver.cancel()

    await asyncio.wait_for(asyncio.gather(*crowd[2 * AT_ONCE :]), 10)
