"""The same answers incrementally, rebuilt, and straight from the log; each entry exactly once."""

import asyncio
import os
from random import Random
from uuid import UUID, uuid4

import pytest

from shared import eventlog, projecting
from shared.domain.base import Fact
from shared.domain.calendar import UNKNOWN
from shared.domain.stall import Held
from shared.envelope import Proposal, proposal
from shared.projections import discover
from shared.questions import year_from
from tests.database.world import HODOGAYA, World
from tests.histories import SALES, VENDORS, a_day, a_history

HISTORIES = 60 if os.environ.get("ICHI_PROOF") else 6
LENGTH = 120

DUMP = """
SELECT 'tally', projection, year, encode(key, 'escape'), weight::text FROM tally
UNION ALL SELECT 'effective', '', year, encode(body, 'escape'), root || ' ' || id FROM effective
UNION ALL SELECT 'answer', projection, year, encode(body, 'escape'), position::text FROM answer
ORDER BY 1, 2, 3, 4, 5
"""


async def rows(world: World) -> list[tuple[str, ...]]:
    return [tuple(row) for row in await world.projector.fetch(DUMP)]


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


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_incremental_is_rebuilt_is_as_of_now(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projecting, "BATCH", 7)
    await publish(world, a_history(seed, LENGTH), Random(seed))
    incremental = await rows(world)
    seen: list[int] = []
    await projecting.rebuild(world.projector, world.projections, HODOGAYA, seen.append)
    assert await rows(world) == incremental
    assert seen[-1] == (await eventlog.read_head(world.reader, HODOGAYA)).position
    effective = await projecting.effective_facts(world.reader, HODOGAYA)
    for year in (2024, 2025, 2026):
        _, stored = await projecting.read_answers(world.reader, world.projections, HODOGAYA, year)
        straight = year_from(world.projections, HODOGAYA, year, effective)
        assert world.projections.answers(straight) == stored


async def test_as_of_an_earlier_position_is_what_was_answered_then(world: World) -> None:
    said = a_history(99, 60)
    then = []
    for event, fact in said:
        await world.door.admit(HODOGAYA, [proposal(event, fact)], world.secretary)
        await world.catch_up()
        answers = await projecting.read_answers(world.reader, world.projections, HODOGAYA, 2025)
        then.append(answers)
    for position, answered in then:
        effective = await projecting.effective_facts(world.reader, HODOGAYA, position)
        year = year_from(world.projections, HODOGAYA, 2025, effective)
        assert world.projections.answers(year) == answered


async def test_two_workers_never_count_an_entry_twice(world: World) -> None:
    for _ in range(40):
        held = Held(SALES[0], a_day(Random(1)), (VENDORS[0],))
        await world.publish(held)
    await asyncio.gather(*(world.catch_up() for _ in range(4)))
    await world.catch_up()
    incremental = await rows(world)
    await projecting.rebuild(world.projector, world.projections, HODOGAYA, lambda _p: None)
    assert await rows(world) == incremental


async def test_a_worker_that_dies_between_rows_and_bookmark_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.publish(Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    await world.catch_up()
    await world.publish(Held(SALES[0], a_day(Random(2)), (VENDORS[0],)))
    with monkeypatch.context() as broken:
        broken.setattr(projecting, "MOVE_BOOKMARK", "SELECT 1/0, $1, $2, $3, $4, $5")
        with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the driver says
            await projecting.catch_up(world.projector, world.projections, HODOGAYA)
    await world.catch_up()
    incremental = await rows(world)
    await projecting.rebuild(world.projector, world.projections, HODOGAYA, lambda _p: None)
    assert await rows(world) == incremental


async def test_another_edition_of_the_questions_answers_anew(world: World) -> None:
    await world.publish(Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    await world.catch_up()
    assert await projecting.lagging(world.projector, world.projections) == []
    other = discover(UNKNOWN)
    assert other.edition != world.projections.edition
    assert await projecting.lagging(world.projector, other) == [HODOGAYA]
    await projecting.catch_up(world.projector, other, HODOGAYA)
    assert await projecting.lagging(world.projector, other) == []


async def test_a_fact_of_newer_code_is_kept_counted_and_passed_by(world: World) -> None:
    body = b'{"type":"stall.livestreamed","sale":"x"}'
    await append_raw(world, body, "stall.livestreamed")
    await world.publish(Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    await world.catch_up()
    assert await projecting.lagging(world.projector, world.projections) == []
    count = await world.projector.fetchval("SELECT not_understood FROM bookmark")
    assert count == 1
    entries = await eventlog.read_page(world.reader, HODOGAYA, 2)
    assert entries[0].body == body


async def test_a_governing_fact_of_newer_code_stops_the_log(world: World) -> None:
    await append_raw(world, b'{"type":"role.suspended","actor":"x"}', "role.suspended")
    with pytest.raises(eventlog.NotUnderstoodHere):
        await world.publish(Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    with pytest.raises(eventlog.NotUnderstoodHere):
        await eventlog.require_understood(world.reader, HODOGAYA)


async def test_a_governing_fact_that_cannot_be_read_stops_the_log(world: World) -> None:
    body = b'{"type":"role.granted","actor":"x","role":"courier"}'
    await append_raw(world, body, "role.granted", "role")
    with pytest.raises(eventlog.NotUnderstoodHere):
        await world.publish(Held(SALES[0], a_day(Random(1)), (VENDORS[0],)))
    with pytest.raises(eventlog.NotUnderstoodHere):
        await eventlog.read_rights(world.reader, HODOGAYA)


async def append_raw(world: World, body: bytes, kind: str, subject: str = "x") -> None:
    """Append as newer code would, through the function that the writer has."""
    async with world.writer.acquire() as connection, connection.transaction():
        head = await eventlog.lock_head(connection, HODOGAYA)
        now = await connection.fetchval("SELECT clock_timestamp()")
        await connection.fetch(
            eventlog.APPEND, now, [HODOGAYA], [head.position], [HODOGAYA], [uuid4()],
            [uuid4()], [bytes(16)], [body], [kind], [None], [subject], [None],
        )  # fmt: skip
