"""Several workers share the logs; one that is killed loses nothing."""

from random import Random

from tests.database.killing import survive
from tests.database.world import World


async def test_killed_workers_leave_the_same_rows_as_a_rebuild(world: World) -> None:
    await survive(world, kills=6, length=60, chance=Random(0))
