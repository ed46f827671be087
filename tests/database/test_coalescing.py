"""Many callers go with few flushes, and nobody pays for another's mistake, delay or departure."""

import asyncio
import os
from random import Random
from uuid import uuid4

import pytest

from shared import eventlog, publishing
from shared.domain import stall
from shared.domain.base import JAPAN, Role
from shared.domain.role import Granted
from shared.envelope import proposal
from shared.errors import NotYours, ReusedId, Stale
from shared.eventlog import NotUnderstoodHere
from shared.publishing import Busy, now
from tests.database.crowd import (
    BEFORE,
    DAY,
    HELD,
    LOGS,
    RAINED_OFF,
    SALE,
    YUMEWORK,
    at_once,
    flushes,
    open_logs,
    require_receipts_stand,
    say,
    stored,
)
from tests.database.replaying import require_sound
from tests.database.world import HODOGAYA, World

CALLERS = 64
ROUNDS = 200 if os.environ.get("ICHI_PROOF") else 8
HELD_SECONDS = 2.0


@pytest.fixture
async def logs(world: World) -> tuple[str, ...]:
    """All eighteen, each with its first stall: the door knows them."""
    await open_logs(world, LOGS)
    await at_once(say(world.door, world.secretary, HELD, log=log) for log in LOGS)
    return LOGS


@pytest.mark.parametrize("many", [1, 18])
async def test_callers_at_once_go_with_few_flushes(
    world: World, logs: tuple[str, ...], many: int
) -> None:
    said = [(logs[n % many], HELD) for n in range(CALLERS)]
    outcomes = await at_once(say(world.door, world.secretary, fact, log=log) for log, fact in said)
    assert len(stored(outcomes)) == CALLERS
    assert await flushes(world, BEFORE + 1) <= 4
    for log in logs[:many]:
        mine = [each for each, (of, _) in zip(outcomes, said, strict=True) if of == log]
        replay = await require_sound(world.reader, log, world.door)
        assert replay.position == BEFORE + 1 + len(mine)
        assert {r.position for r in stored(mine)} == {*range(BEFORE + 2, replay.position + 1)}


async def test_callers_at_once_on_logs_that_the_door_has_not_read_yet(world: World) -> None:
    await open_logs(world, LOGS)
    said = [LOGS[n % len(LOGS)] for n in range(CALLERS)]
    outcomes = await at_once(say(world.door, world.secretary, HELD, log=log) for log in said)
    assert len(stored(outcomes)) == CALLERS
    assert await flushes(world) <= len(LOGS)
    for log in LOGS:
        await require_sound(world.reader, log, world.door)


async def test_a_bad_request_fails_alone_with_its_own_error(
    world: World, logs: tuple[str, ...]
) -> None:
    taken = proposal(uuid4(), HELD)
    await world.door.admit(HODOGAYA, [taken], world.secretary)
    other = proposal(taken.id, stall.Held(SALE, DAY, (SALE,)), "/1")
    good = [say(world.door, world.secretary, HELD, log=logs[n % 18]) for n in range(CALLERS)]
    bad = [
        say(world.door, world.secretary, HELD, stall.Held(SALE, DAY, ())),
        say(world.door, uuid4(), HELD),
        world.door.admit(HODOGAYA, [proposal(uuid4(), HELD, "/0"), other], world.secretary),
        say(world.door, world.secretary, HELD, expected=1),
    ]
    mixed = [*good[:20], bad[0], *good[20:30], bad[1], bad[2], *good[30:], bad[3]]
    outcomes = await at_once(mixed)
    assert len(stored(outcomes)) == CALLERS
    errors = [each for each in outcomes if isinstance(each, Exception)]
    assert [(type(error), getattr(error, "pointer", None)) for error in errors] == [
        (stall.NobodyThere, "/1/data/vendors"),
        (NotYours, "/0/data"),
        (ReusedId, "/1/id"),
        (Stale, "/expected"),
    ]
    for log in logs:
        await require_sound(world.reader, log, world.door)


async def test_the_same_fact_twice_at_once_is_one_entry_with_one_receipt(
    world: World, logs: tuple[str, ...]
) -> None:
    same = proposal(uuid4(), HELD)
    other = proposal(same.id, RAINED_OFF)
    first, again, taken, once_more = await at_once(
        world.door.admit(logs[0], [each], world.secretary) for each in (same, same, other, same)
    )
    assert first == again == once_more
    assert isinstance(taken, ReusedId)
    assert (await require_sound(world.reader, logs[0], world.door)).position == BEFORE + 2


async def test_only_one_caller_of_many_is_first(world: World, logs: tuple[str, ...]) -> None:
    outcomes = await at_once(
        say(world.door, world.secretary, HELD, log=logs[0], expected=BEFORE + 1)
        for _ in range(CALLERS)
    )
    assert len(stored(outcomes)) == 1
    errors = [each for each in outcomes if isinstance(each, Exception)]
    assert [type(error) for error in errors] == [Stale] * (CALLERS - 1)
    await require_sound(world.reader, logs[0], world.door)


async def test_callers_who_leave_harm_nobody(world: World, logs: tuple[str, ...]) -> None:
    chance = Random(1)
    receipts = []
    for number in range(ROUNDS):
        staying = asyncio.gather(
            *(say(world.door, world.secretary, HELD, log=logs[n % 3]) for n in range(12))
        )
        leaving = [
            asyncio.create_task(say(world.door, world.secretary, HELD, log=logs[n % 3]))
            for n in range(12)
        ]
        for task in leaving:
            if number % 2:
                await asyncio.sleep(chance.choice((0, 0, 0.001, 0.003)))
            task.cancel()
        await asyncio.wait(leaving)
        receipts += [receipt for receipts in await staying for receipt in receipts]
    for log in logs[:3]:
        await say(world.door, world.secretary, HELD, log=log)
        await require_sound(world.reader, log, world.door)
    found = [e.receipt for log in logs[:3] async for e in eventlog.read_all(world.reader, log)]
    assert all(receipt in found for receipt in receipts)


async def test_a_log_that_somebody_holds_delays_no_other(
    world: World, logs: tuple[str, ...]
) -> None:
    async with world.writer.acquire() as other, other.transaction():
        await eventlog.lock_head(other, logs[0])
        held = [
            asyncio.create_task(say(world.door, world.secretary, HELD, log=logs[0]))
            for _ in range(3)
        ]
        began = asyncio.get_running_loop().time()
        for _ in range(5):
            await at_once(say(world.door, world.secretary, HELD, log=log) for log in logs[1:])
        assert asyncio.get_running_loop().time() - began < HELD_SECONDS
        assert not any(task.done() for task in held)
    assert len(stored(await at_once(held))) == 3
    for log in logs:
        await require_sound(world.reader, log, world.door)


async def test_beyond_the_bound_the_door_says_at_once_that_it_is_busy(
    world: World, logs: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "MOST_WAITING", 10)
    outcomes = await at_once(
        say(world.door, world.secretary, HELD, log=logs[0]) for _ in range(CALLERS)
    )
    busy = [each for each in outcomes if isinstance(each, Exception)]
    assert len(stored(outcomes)) == 10
    assert {(type(e), getattr(e, "retry_after", None)) for e in busy} == {(Busy, 1)}
    await say(world.door, world.secretary, HELD, log=logs[0])
    await require_sound(world.reader, logs[0], world.door)


async def test_the_bytes_that_wait_are_bounded_too(
    world: World, logs: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "MOST_WAITING_BYTES", 100)
    first, second = await at_once(
        say(world.door, world.secretary, HELD, log=log) for log in logs[:2]
    )
    assert isinstance(first, list) and isinstance(second, Busy)


async def test_a_log_in_newer_words_closes_itself_alone(world: World) -> None:
    await open_logs(world, LOGS)
    await at_once(say(world.door, world.secretary, HELD, log=log) for log in LOGS)
    await world.append_raw(b'{"type":"role.suspended"}', "role.suspended", "role")
    outcomes = await at_once(say(world.door, world.secretary, HELD, log=log) for log in LOGS * 2)
    closed = [each for each in outcomes if isinstance(each, Exception)]
    assert [type(error) for error in closed] == [NotUnderstoodHere] * 2
    assert len(stored(outcomes)) == 2 * len(LOGS) - 2


async def test_a_right_granted_in_a_flush_holds_for_what_comes_after_it(
    world: World, logs: tuple[str, ...]
) -> None:
    staff = uuid4()
    today = now().astimezone(JAPAN).date()
    granted = Granted(staff, Role.STAFF, today, vendor=YUMEWORK)
    outcomes = await at_once(
        [
            say(world.door, world.secretary, granted, log=logs[0]),
            say(world.door, staff, HELD, log=logs[0]),
        ]
    )
    assert len(stored(outcomes)) == 2
    await require_sound(world.reader, logs[0], world.door)


async def test_a_door_that_closes_lets_through_what_waits(world: World) -> None:
    door = publishing.Door(world.writer)
    calls = [asyncio.create_task(say(door, world.secretary, HELD)) for _ in range(5)]
    await asyncio.sleep(0)
    await door.__aexit__(None, None, None)
    outcomes = await at_once(calls)
    await require_receipts_stand(world.reader, HODOGAYA, stored(outcomes))
    assert len(stored(outcomes)) == 5
    with pytest.raises(publishing.Closed):
        await say(door, world.secretary, HELD)
