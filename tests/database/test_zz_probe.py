from random import Random
from collections import Counter
import pytest
from shared import eventlog
from tests.database.replaying import require_sound
from tests.database.rivals import Quarrel, require_only_what_was_acknowledged
from tests.database.world import HODOGAYA, World
@pytest.mark.parametrize("seed", range(8))
async def test_rivals_at_one_door(world: World, seed: int) -> None:
    quarrel = Quarrel(world.door, world.reader, world.secretary, Random(seed))
    for _ in range(10):
        await quarrel.go_on(6)
        print(Counter([e.type async for e in eventlog.read_all(world.reader, HODOGAYA)]), len(quarrel.refused))
        await require_sound(world.reader, HODOGAYA, world.door)
    await require_only_what_was_acknowledged(world, [quarrel])
