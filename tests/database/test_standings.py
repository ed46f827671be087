"""What the door keeps in memory is what the log says, whatever was said and whoever dropped out."""

import asyncio
import os
from random import Random

import pytest

from shared.domain import stall
from shared.envelope import proposal
from shared.standings import Standings
from tests.database.crowd import DAY, HELD, LOGS, SALE, YUMEWORK, at_once, doors, open_logs, say
from tests.database.replaying import require_sound
from tests.database.world import HODOGAYA, World
from tests.histories import a_fact, a_history

LENGTH = 400 if os.environ.get("ICHI_PROOF") else 60
MANY = 4_000
"""Facts in a log that takes several slices to fold."""


@pytest.mark.parametrize("seed", range(2))
async def test_corrections_among_plain_facts_and_other_callers(world: World, seed: int) -> None:
    chance = Random(seed)
    left = a_history(seed, LENGTH)
    while left:
        calls = []
        for _ in range(chance.randint(1, 3)):
            size = chance.randint(1, 6)
            said = [proposal(event, fact, f"/{n}") for n, (event, fact) in enumerate(left[:size])]
            del left[:size]
            if said:
                calls.append(world.door.admit(HODOGAYA, said, world.secretary))
            calls.append(say(world.door, world.secretary, a_fact(chance), a_fact(chance)))
        await at_once(calls)
        await require_sound(world.reader, HODOGAYA, world.door)


async def test_logs_that_dropped_out_come_back_right(world: World) -> None:
    chance = Random(1)
    logs = LOGS[:6]
    await open_logs(world, logs)
    world.door._standings = kept = Standings(most_logs=2)  # noqa: SLF001 - its bound is proved
    left = {log: a_history(n, LENGTH) for n, log in enumerate(logs)}
    while any(left.values()):
        calls = []
        for log in chance.sample(logs, 3):
            said = [proposal(event, fact) for event, fact in left[log][:4]]
            del left[log][:4]
            if said:
                calls.append(world.door.admit(log, said, world.secretary))
        await at_once(calls)
        assert len(kept._kept) <= 2  # noqa: SLF001 - the same
    for log in logs:
        await at_once([say(world.door, world.secretary, a_fact(chance), log=log)])
        await require_sound(world.reader, log, world.door)


async def test_few_states_are_kept_of_all_logs_together(world: World) -> None:
    logs = LOGS[:4]
    await open_logs(world, logs)
    world.door._standings = kept = Standings(most_states=5)  # noqa: SLF001 - its bound is proved
    for day in range(1, 4):
        rained_off = stall.Cancelled(SALE, DAY.replace(day=day), "雨天")
        for log in logs:
            await say(world.door, world.secretary, rained_off, log=log)
    for log in logs:
        with pytest.raises(stall.WasCancelled):
            await say(world.door, world.secretary, _held(1), log=log)
        await require_sound(world.reader, log, world.door)
    assert len(kept._kept) == 1  # noqa: SLF001 - the same


async def test_others_publish_while_a_log_is_folded_from_its_beginning(world: World) -> None:
    warm = LOGS[0]
    await open_logs(world, [warm])
    for _ in range(MANY // 1_000):
        await world.publish(*(_held(1 + n % 28) for n in range(1_000)))
    async with doors(world.urls, 1) as (door,):
        await say(door, world.secretary, HELD, log=warm)
        cold = asyncio.create_task(say(door, world.secretary, HELD))
        meanwhile = 0
        while not cold.done():
            await say(door, world.secretary, HELD, log=warm)
            meanwhile += 1
        assert meanwhile >= MANY // 1_000
        await cold
        await require_sound(world.reader, HODOGAYA, door)


async def test_what_another_door_said_meanwhile_is_folded_too(world: World) -> None:
    chance = Random(2)
    async with doors(world.urls, 2) as (here, there):
        for number in range(LENGTH // 4):
            await at_once([say(chance.choice((here, there)), world.secretary, a_fact(chance))])
            if number % 5 == 0:
                for door in (here, there):
                    await say(door, world.secretary, HELD)
                    await require_sound(world.reader, HODOGAYA, door)


def _held(day: int) -> stall.Held:
    return stall.Held(SALE, DAY.replace(day=day), (YUMEWORK,))
