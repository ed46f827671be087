"""Whoever speaks at once, and through however many doors: each fact was admissible where it is."""

import asyncio
from random import Random

import pytest

from tests.database.crowd import HELD, doors, say
from tests.database.replaying import require_sound
from tests.database.rivals import Quarrel, require_only_what_was_acknowledged
from tests.database.world import HODOGAYA, World


@pytest.mark.parametrize("seed", range(3))
async def test_rivals_at_one_door(world: World, seed: int) -> None:
    quarrel = Quarrel(world.door, world.reader, world.secretary, Random(seed))
    for _ in range(5):
        await quarrel.go_on(3)
        await require_sound(world.reader, HODOGAYA, world.door)
    await require_only_what_was_acknowledged(world, [quarrel])


async def test_rivals_at_several_doors(world: World) -> None:
    async with doors(world.urls, 3) as several:
        quarrels = [
            Quarrel(door, world.reader, world.secretary, Random(seed))
            for seed, door in enumerate(several)
        ]
        await asyncio.gather(*(quarrel.go_on(8) for quarrel in quarrels))
        await require_only_what_was_acknowledged(world, quarrels)
        for door in several:
            await say(
                door,
                world.secretary,
                HELD,
            )
            await require_sound(world.reader, HODOGAYA, door)
