"""Processes with doors of their own quarrel over one log: each fact was admissible where it is."""

import asyncio
import os
import sys
from random import Random

import pytest

from tests.database.replaying import replayed, require_sound
from tests.database.rivals import (
    Quarrel,
    in_processes,
    require_acknowledged,
    require_only_what_was_acknowledged,
)
from tests.database.world import HODOGAYA, World

PROOF = bool(os.environ.get("ICHI_PROOF"))
PROCESSES, TIMES = (4, 60) if PROOF else (2, 5)
SEEDS = range(40) if PROOF else range(1)


async def test_several_processes_at_one_log(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await asyncio.to_thread(
        in_processes, world.urls.application, world.secretary, PROCESSES, TIMES
    )
    receipts, refused = told
    await require_acknowledged(world.reader, receipts, refused)
    replay = await replayed(world.reader, HODOGAYA)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{PROCESSES} processes: {replay.position} entries, {len(refused)} facts refused\n"
        )


@pytest.mark.parametrize("seed", SEEDS)
async def test_rivals_at_one_door(world: World, seed: int) -> None:
    quarrel = Quarrel(world.door, world.reader, world.secretary, Random(seed))
    for _ in range(6):
        await quarrel.go_on(6)
        await require_sound(world.reader, HODOGAYA, world.door)
    await require_only_what_was_acknowledged(world, [quarrel])
