"""A connection that breaks around COMMIT."""

from random import Random

from tests.database.commit_cut import survive
from tests.database.world import World


async def test_a_wire_cut_around_the_commit(world: World) -> None:
    await survive(world, 10, Random(1), silent=0)
