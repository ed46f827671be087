"""A connection that breaks around COMMIT: asking again is always right."""

from random import Random

from tests.database.commit_cut import survive
from tests.database.world import World


async def test_whatever_was_cut_gets_its_receipt_when_it_is_said_again(world: World) -> None:
    await survive(world, 10, Random(1), silent=0)
