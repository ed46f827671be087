"""A worker that is killed loses nothing, however often and whenever."""

import os
from random import Random

from tests.database.killing import survive
from tests.database.world import World

KILLS, LENGTH = (100, 1500) if os.environ.get("ICHI_PROOF") else (10, 150)


async def test_killed_workers_leave_the_same_rows_as_a_rebuild(world: World) -> None:
    await survive(world, KILLS, LENGTH, Random(1))
