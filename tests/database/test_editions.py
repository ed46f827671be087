"""Changed questions are answered beside the old ones, and take their place at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random

import msgspec
import pytest

from services.projector.loop import run
from shared import edition, eventlog, projecting
from shared.answers import read_answers
from shared.domain.stall import Held
from shared.projections import sale_month
from shared.questions import Projections, Year
from tests.database.world import HODOGAYA, World, rows_of
from tests.histories import SALES, VENDORS, a_day

FACTS = 60


class Killed(Exception):
    """Ends a rebuild on its way."""


class Newer(sale_month.SaleMonths, frozen=True):
    """What the changed question answers."""

    newer: bool = True


def answer(year: Year) -> Newer:
    old = year.ask(sale_month.answer)
    return Newer(old.lines, old.totals, old.guests_inside)


def changed(projections: Projections) -> Projections:
    """One question with a new version and another answer; the others as they were."""
    newer = replace(sale_month.projection, version=99, kind=Newer, answer=answer)
    return replace(
        projections,
        all=tuple(newer if each.name == newer.name else each for each in projections.all),
    )


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edition, "PAGE", 4)
    monkeypatch.setattr(edition, "BATCH", 8)


@asynccontextmanager
async def working(world: World, projections: Projections) -> AsyncIterator[None]:
    """A worker with these questions."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(world.projector, projections, stop=stop))
    yield
    stop.set()
    await asyncio.wait_for(task, 20)


async def stalls(world: World, count: int) -> None:
    chance = Random(count)
    for _ in range(count):
        await world.publish(Held(SALES[0], a_day(chance), (VENDORS[0],)))


async def served(world: World) -> str:
    found: str = await world.projector.fetchval("SELECT edition FROM serving")
    return found


async def until(world: World, projections: Projections) -> None:
    """Wait until readers are given this edition, up to date."""
    for _ in range(2000):
        if projections.made(await served(world)) and not await projecting.lagging(
            world.projector, projections
        ):
            return
        await asyncio.sleep(0.01)
    raise AssertionError


async def test_a_reader_who_looks_throughout_sees_the_old_answers_or_the_new(world: World) -> None:
    old, new = world.projections, changed(world.projections)
    await stalls(world, FACTS)
    await projecting.project(world.projector, old, HODOGAYA)
    expected = {}
    for projections in (old, new):
        _, found = await read_answers(world.reader, projections, HODOGAYA, 2025)
        expected[projections.edition] = found
    finished = asyncio.Event()
    seen: list[tuple[str, bool]] = []

    async def look(projections: Projections) -> None:
        while not finished.is_set():
            before = await served(world)
            position, found = await read_answers(world.reader, projections, HODOGAYA, 2025)
            assert position == FACTS + 2
            assert found == expected[projections.edition]
            seen.append((projections.edition, before == await served(world) == new.edition))

    readers = [asyncio.create_task(look(each)) for each in (old, new, new)]
    await projecting.project(world.projector, new, HODOGAYA)
    assert await served(world) == new.edition
    await asyncio.sleep(0.2)
    finished.set()
    await asyncio.gather(*readers)
    assert set(seen) >= {(old.edition, False), (new.edition, False)}
    assert (new.edition, True) in seen


async def test_the_served_rows_are_untouched_until_the_new_ones_are_whole(world: World) -> None:
    new = changed(world.projections)
    await stalls(world, FACTS)
    await projecting.project(world.projector, world.projections, HODOGAYA)
    before = await rows_of(world.projector)
    await projecting.claim(world.projector, new)
    steps = 0
    while await served(world) == world.projections.edition:
        assert await projecting.lagging(world.projector, new) == [HODOGAYA]
        found = await rows_of(world.projector)
        assert [row for row in before if row not in found] == []
        assert await projecting.catch_up(world.projector, new, HODOGAYA)
        steps += 1
    assert steps > FACTS // 8
    editions = "SELECT DISTINCT edition FROM {} "
    for table in ("bookmark", "material", "answer"):
        (only,) = await world.projector.fetch(editions.format(table))
        assert only["edition"] == new.edition


async def test_a_build_that_was_killed_goes_on_where_it_was(world: World) -> None:
    await stalls(world, FACTS)
    await projecting.project(world.projector, world.projections, HODOGAYA)
    expected = await rows_of(world.projector)
    told: list[int] = []

    def die(position: int) -> None:
        told.append(position)
        if len(told) == 3:
            raise Killed

    with pytest.raises(Killed):
        await projecting.rebuild(world.projector, world.projections, HODOGAYA, die)
    assert await served(world) == world.projections.edition
    await projecting.rebuild(world.projector, world.projections, HODOGAYA, told.append)
    assert told == sorted(set(told))
    assert told[:4] == [8, 16, 24, 32]
    assert await served(world) == f"{world.projections.edition}.1"
    assert await rows_of(world.projector) == expected
    await projecting.rebuild(world.projector, world.projections, HODOGAYA, told.append)
    assert await served(world) == f"{world.projections.edition}.2"
    assert await rows_of(world.projector) == expected


async def test_a_worker_keeps_up_while_its_log_is_rebuilt(world: World) -> None:
    await stalls(world, FACTS)
    await projecting.project(world.projector, world.projections, HODOGAYA)
    async with working(world, world.projections):
        rebuilding = projecting.rebuild(
            world.projector, world.projections, HODOGAYA, lambda _position: None
        )
        await asyncio.gather(rebuilding, stalls(world, 30))
        await until(world, world.projections)
    incremental = await rows_of(world.projector)
    await projecting.rebuild(world.projector, world.projections, HODOGAYA, lambda _position: None)
    assert await rows_of(world.projector) == incremental


async def test_old_and_new_workers_side_by_side_and_back_again(world: World) -> None:
    old, new = world.projections, changed(world.projections)
    await stalls(world, 10)
    async with working(world, old):
        await until(world, old)
        async with working(world, new):
            await stalls(world, 20)
            await until(world, new)
            await stalls(world, 20)
            await until(world, new)
            assert await projecting.lagging(world.projector, old) == []
            assert await projecting.catch_up(world.projector, old, HODOGAYA) == 0
        assert await served(world) == new.edition
    async with working(world, old):  # rolled back: the old code starts again
        await until(world, old)
    rows = await rows_of(world.projector)
    await projecting.rebuild(world.projector, old, HODOGAYA, lambda _position: None)
    assert await rows_of(world.projector) == rows


async def test_an_old_worker_keeps_the_old_answers_fresh_and_builds_nothing(world: World) -> None:
    old, new = world.projections, changed(world.projections)
    await projecting.project(world.projector, old, HODOGAYA)
    await projecting.claim(world.projector, new)
    await stalls(world, 3)
    assert await projecting.lagging(world.projector, old) == [HODOGAYA]
    assert await projecting.catch_up(world.projector, old, HODOGAYA) == 3
    position, _ = await read_answers(world.reader, old, HODOGAYA, 2025)
    assert position == (await eventlog.read_head(world.reader, HODOGAYA)).position
    await projecting.project(world.projector, new, HODOGAYA)
    await stalls(world, 1)
    assert await projecting.lagging(world.projector, old) == []
    assert await projecting.catch_up(world.projector, old, HODOGAYA) == 0


async def test_before_anything_is_built_answers_come_from_the_log(world: World) -> None:
    await stalls(world, 5)
    position, straight = await read_answers(world.reader, world.projections, HODOGAYA, 2025)
    assert position == 7
    await world.catch_up()
    assert (await read_answers(world.reader, world.projections, HODOGAYA, 2025))[1] == straight


def test_a_changed_question_makes_another_edition(world: World) -> None:
    new = changed(world.projections)
    assert new.edition != world.projections.edition
    assert msgspec.json.encode(new.calendar) == msgspec.json.encode(world.projections.calendar)


CATALOGUE = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relacl::text,
    array(SELECT polname FROM pg_policy WHERE polrelid = c.oid ORDER BY 1) AS policies
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""
PROJECTED = ("serving", "bookmark", "material", "answer", "skipped")


async def test_a_rebuild_leaves_every_table_its_protection_and_readers_their_own_log(
    world: World,
) -> None:
    before = await world.projector.fetch(CATALOGUE)
    await stalls(world, 3)
    await projecting.project(world.projector, world.projections, HODOGAYA)
    await projecting.project(world.projector, changed(world.projections), HODOGAYA)
    await world.projector.execute(
        "INSERT INTO skipped SELECT log, edition, 1, 'q', 'w' FROM serving"
    )
    assert await world.projector.fetch(CATALOGUE) == before
    protected = {row["relname"] for row in before if row["relforcerowsecurity"]}
    assert protected >= set(PROJECTED)
    async with world.reader.acquire() as reader, reader.transaction():
        for log, sees in (("", False), ("141143-hanbai", False), (HODOGAYA, True)):
            await reader.execute("SELECT set_config('ichi.logs', $1, true)", log)
            for table in PROJECTED:
                count = await reader.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
                assert (count > 0) == sees, table
