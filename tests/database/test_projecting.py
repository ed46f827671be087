"""The same answers incrementally, rebuilt, and straight from the log; each entry exactly once."""

import asyncio
import os
from random import Random
from uuid import UUID

import msgspec
import pytest

from shared import edition, eventlog, projecting
from shared.answers import effective_facts, read_answers
from shared.domain import rule, vendor
from shared.domain.base import Fact
from shared.domain.fact import Corrected
from shared.domain.stall import Held
from shared.envelope import Proposal, proposal
from shared.questions import year_from
from tests.database.world import HODOGAYA, World, rows_of
from tests.histories import SALES, VENDORS, a_day, a_history

HISTORIES = 60 if os.environ.get("ICHI_PROOF") else 6
LENGTH = 120


async def publish(world: World, said: list[tuple[UUID, Fact]], chance: Random) -> None:
    """In requests of random size, the projector running at random times between."""
    left: list[Proposal] = [proposal(event, fact) for event, fact in said]
    while left:
        size = chance.randint(1, 15)
        await world.door.admit(HODOGAYA, left[:size], world.secretary)
        left = left[size:]
        if chance.random() < 0.5:
            await projecting.catch_up(world.projector, world.projections, HODOGAYA)
    await world.catch_up()


async def rebuilt(world: World) -> list[int]:
    """Rebuild; returns the positions that were told on the way."""
    told: list[int] = []
    await projecting.rebuild(world.projector, world.projections, HODOGAYA, told.append)
    return told


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_incremental_is_rebuilt_is_as_of_now(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edition, "PAGE", 5)
    monkeypatch.setattr(edition, "BATCH", 20)
    await publish(world, a_history(seed, LENGTH), Random(seed))
    incremental = await rows_of(world.projector)
    told = await rebuilt(world)
    assert await rows_of(world.projector) == incremental
    assert told[-1] == (await eventlog.read_head(world.reader, HODOGAYA)).position
    assert len(told) > 3
    effective = await effective_facts(world.reader, HODOGAYA)
    for year in (2023, 2024, 2025, 2026):
        _, stored = await read_answers(world.reader, world.projections, HODOGAYA, year)
        straight = year_from(world.projections, HODOGAYA, year, effective)
        assert world.projections.answers(straight) == stored


async def test_as_of_an_earlier_position_is_what_was_answered_then(world: World) -> None:
    said = a_history(99, 60)
    then = []
    for event, fact in said:
        await world.door.admit(HODOGAYA, [proposal(event, fact)], world.secretary)
        await world.catch_up()
        then.append(await read_answers(world.reader, world.projections, HODOGAYA, 2025))
    for position, answered in then:
        effective = await effective_facts(world.reader, HODOGAYA, position)
        year = year_from(world.projections, HODOGAYA, 2025, effective)
        assert world.projections.answers(year) == answered


async def test_a_year_without_facts_follows_the_rules_of_every_year(world: World) -> None:
    inside = rule.Set("guests_inside", True, a_day(Random(1)).replace(year=2020))  # noqa: FBT003
    await world.publish(inside, vendor.Joined(VENDORS[0], "ゆめわーく"))
    await world.catch_up()
    position, stored = await read_answers(world.reader, world.projections, HODOGAYA, 2025)
    effective = await effective_facts(world.reader, HODOGAYA)
    straight = year_from(world.projections, HODOGAYA, 2025, effective)
    assert (position, stored) == (4, world.projections.answers(straight))


async def test_several_workers_never_count_an_entry_twice(world: World) -> None:
    for _ in range(40):
        await world.publish(Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    await asyncio.gather(*(world.catch_up() for _ in range(4)))
    await world.catch_up()
    incremental = await rows_of(world.projector)
    await rebuilt(world)
    assert await rows_of(world.projector) == incremental


async def test_a_worker_that_dies_between_rows_and_bookmark_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.publish(Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    await world.catch_up()
    await world.publish(Held(SALES[0], a_day(Random(2)), (VENDORS[0],)))
    with monkeypatch.context() as broken:
        broken.setattr(edition, "MOVE_BOOKMARK", "SELECT 1/0, $1, $2, $3, $4")
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the driver says
            await projecting.catch_up(world.projector, world.projections, HODOGAYA)
    await world.catch_up()
    incremental = await rows_of(world.projector)
    await rebuilt(world)
    assert await rows_of(world.projector) == incremental


async def test_a_fact_of_newer_code_is_kept_counted_and_passed_by(world: World) -> None:
    body = b'{"type":"stall.livestreamed","sale":"x"}'
    await world.append_raw(body, "stall.livestreamed")
    await world.publish(Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    await world.catch_up()
    assert await projecting.lagging(world.projector, world.projections) == []
    count = await world.projector.fetchval("SELECT not_understood FROM bookmark")
    assert count == 1
    entries = await eventlog.read_page(world.reader, HODOGAYA, 2)
    assert entries[0].body == body


async def test_a_correction_of_a_fact_of_newer_code_is_the_same_in_one_batch_and_in_two(
    world: World,
) -> None:
    unknown = await world.append_raw(b'{"type":"stall.livestreamed"}', "stall.livestreamed")
    correction = Corrected(unknown, "訂正", Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    await world.catch_up()
    body = msgspec.json.encode(correction)
    await world.append_raw(body, "fact.corrected", correction.subject, unknown)
    await world.catch_up()
    incremental = await rows_of(world.projector)
    await rebuilt(world)
    assert await rows_of(world.projector) == incremental


async def test_a_governing_fact_of_newer_code_stops_the_log(world: World) -> None:
    await world.append_raw(b'{"type":"role.suspended","actor":"x"}', "role.suspended")
    with pytest.raises(eventlog.NotUnderstoodHere):
        await world.publish(Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    with pytest.raises(eventlog.NotUnderstoodHere):
        await eventlog.require_understood(world.reader, HODOGAYA)


async def test_a_governing_fact_that_cannot_be_read_stops_the_log(world: World) -> None:
    body = b'{"type":"role.granted","actor":"x","role":"courier"}'
    await world.append_raw(body, "role.granted", "role")
    with pytest.raises(eventlog.NotUnderstoodHere):
        await world.publish(Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    with pytest.raises(eventlog.NotUnderstoodHere):
        await eventlog.read_rights(world.reader, HODOGAYA)
