"""What may go wrong around a flush harms neither what is judged nor who waits."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.domain import fact, stall
from shared.driver import ClockOff, Connection, PooledConnection
from shared.envelope import proposal
from shared.errors import Diverged
from shared.postgres import pool
from shared.publishing import Door, now
from shared.standings import Standings
from tests.database.crowd import DAY, HELD, LOGS, RAINED_OFF, SALE, at_once, open_logs, say
from tests.database.cutting import Cut, wire_to
from tests.database.world import HODOGAYA, World


async def test_what_was_judged_before_others_went_on_is_judged_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, other_day = world.door, stall.Cancelled(SALE, DAY.replace(day=1), "雨天")
    rained_off = proposal(uuid4(), other_day)
    await door.admit(HODOGAYA, [rained_off], world.secretary)
    gate = asyncio.Event()
    connect = door._own_connection  # noqa: SLF001 - where a flush waits

    async def late() -> PooledConnection:
        await gate.wait()
        return await connect()

    monkeypatch.setattr(door, "_own_connection", late)
    judged = asyncio.create_task(say(door, world.secretary, HELD))
    await asyncio.sleep(0.05)
    meanwhile = [
        proposal(uuid4(), fact.Retracted(rained_off.id, "間違い"), "/0"),
        proposal(uuid4(), RAINED_OFF, "/1"),
    ]
    await door.admit(HODOGAYA, meanwhile, world.secretary)
    gate.set()
    with pytest.raises(stall.WasCancelled):
        await judged


async def test_a_log_set_back_under_an_open_door_is_judged_by_what_it_has_become(
    world: World, intruder: Connection
) -> None:
    """As after a restore, or a failover to a replica that was behind."""
    await say(world.door, world.secretary, HELD)
    await say(world.door, world.secretary, stall.Held(SALE, DAY.replace(day=1), HELD.vendors))
    for statement in SET_BACK:
        await intruder.execute(statement)
    async with Door(world.writer) as other:
        await say(other, world.secretary, RAINED_OFF)
    with pytest.raises(Diverged):
        await say(world.door, world.secretary, HELD)
    with pytest.raises(stall.WasCancelled):
        await say(world.door, world.secretary, HELD)


SET_BACK = (
    "DELETE FROM event WHERE position = 4",
    "UPDATE log_head h SET position = 3, hash = e.hash FROM event e WHERE e.position = 3",
)


async def test_a_connection_lost_behind_an_error_stops_nobody(world: World) -> None:
    off = timedelta(0)
    async with wire_to(world.urls.application) as (wire, url):
        writer = await pool(url, "ichi_writer", size=4)
        async with Door(writer, clock=lambda: now() + off) as door, asyncio.timeout(20):
            await say(door, world.secretary, HELD)
            await say(door, world.secretary, HELD)
            off = timedelta(seconds=300)
            wire.break_at(Cut("answered", 1, 0))
            with pytest.raises(ClockOff):
                await say(door, world.secretary, HELD)
            off = timedelta(0)
            await say(door, world.secretary, HELD)
        await writer.close()


async def test_standings_stay_bounded_while_all_logs_are_warm(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = LOGS[:2]
    await open_logs(world, logs)
    kept = Standings(most_states=5)
    monkeypatch.setattr(world.door, "_standings", kept)
    for day in range(1, 15):
        for log in logs:
            rained_off = stall.Cancelled(SALE, DAY.replace(day=day), "雨天")
            await say(world.door, world.secretary, rained_off, log=log)
    found = [standing for log in logs if (standing := kept.get(log)) is not None]
    assert len(found) == 1  # a log larger than the bound stands alone
    await say(world.door, world.secretary, HELD, log=logs[0])
    with pytest.raises(stall.WasCancelled):
        await say(world.door, world.secretary, HELD_ON_A_CANCELLED_DAY, log=logs[0])


HELD_ON_A_CANCELLED_DAY = stall.Held(SALE, DAY.replace(day=14), HELD.vendors)


async def test_a_listener_that_fails_stops_no_publication(world: World) -> None:
    told: list[list[str]] = []

    def fails_once(logs: Iterable[str]) -> None:
        told.append(list(logs))
        if len(told) == 2:
            raise RuntimeError

    async with Door(world.writer, published=fails_once) as door, asyncio.timeout(20):
        for _ in range(4):
            await say(door, world.secretary, HELD)
    assert told == [[HODOGAYA]] * 4


async def test_one_id_twice_in_a_request_of_our_own_fails_alone(world: World) -> None:
    await open_logs(world, LOGS[:1])
    for log in (HODOGAYA, LOGS[0]):
        await say(world.door, world.secretary, HELD, log=log)
    twice = proposal(uuid4(), HELD)
    failed, *others = await at_once(
        [
            world.door.admit(HODOGAYA, [twice, twice], world.secretary),
            *(say(world.door, world.secretary, HELD, log=LOGS[0]) for _ in range(5)),
        ]
    )
    assert isinstance(failed, Exception)
    assert not [each for each in others if isinstance(each, BaseException)]
