import asyncio
from uuid import uuid4
import pytest
from shared.envelope import proposal
from shared.publishing import Door
from tests.database.crowd import HELD, LOGS, open_logs, say
from tests.database.world import HODOGAYA, World

async def test_published_raises(world: World) -> None:
    calls = []
    def raises(logs):
        calls.append(logs)
        if len(calls) == 2:
            raise RuntimeError
    async with asyncio.timeout(10):
        door = Door(world.writer, published=raises)
        await say(door, world.secretary, HELD)
        await say(door, world.secretary, HELD)
        await say(door, world.secretary, HELD)

async def test_twice_in_one(world: World) -> None:
    await open_logs(world, LOGS[:1])
    for log in (HODOGAYA, LOGS[0]):
        await say(world.door, world.secretary, HELD, log=log)
    p = proposal(uuid4(), HELD)
    r = await asyncio.gather(world.door.admit(HODOGAYA, [p, p], world.secretary), say(world.door, world.secretary, HELD, log=LOGS[0]), return_exceptions=True)
    print(r)
    assert not isinstance(r[1], Exception), r
