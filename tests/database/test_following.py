"""Followers on a real PostgreSQL: never missing an entry, and never late for long."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest

from shared import following as module
from shared.domain.stall import Cancelled, Held
from shared.driver import Connection
from shared.following import BeyondTheHead, TooManyFollowers
from shared.postgres import connect
from tests.database.world import HODOGAYA, World
from tests.following import (
    BEFORE,
    append,
    by_page,
    hub_of,
    numbers,
    within,
    write,
)
from tests.histories import SALES, VENDORS

HELD = Held(SALES[0], date(2025, 10, 20), (VENDORS[0],))
RAINED_OFF = Cancelled(SALES[0], date(2025, 10, 21), "雨天")
SOON = 1.0
"""Seconds: sooner than any reader looks by itself."""


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers that look by themselves so seldom that only a wake-up explains what they found."""
    monkeypatch.setattr(module, "LOOK_EVERY_SECONDS", 60.0)


async def test_sixteen_writers_and_a_dawdler_and_no_reader_skips_or_repeats(world: World) -> None:
    """The last entry is in the middle of the log for two seconds, its number taken."""
    written = asyncio.Event()

    async def three(connection: Connection) -> None:
        await append(connection, 3)

    async with hub_of(world) as hub:

        async def woken(kind: str | None) -> list[int]:
            found: list[int] = []
            with hub.reader(world.reader, HODOGAYA, BEFORE, kind) as reader:
                while not written.is_set() or reader.position < last:
                    found += [entry.position for entry in await reader.page(7, within=0.2)]
            return found

        last = BEFORE + 3 * (16 * 8 + 1)
        followers = [
            asyncio.create_task(numbers(by_page(world.reader), BEFORE, written)),
            asyncio.create_task(woken(None)),
            asyncio.create_task(woken(None)),
        ]
        ones = [asyncio.create_task(woken(kind)) for kind in ("stall.held", "stall.cancelled")]
        await write(world.urls, three, writers=16, times=8, held=2.0)
        written.set()
        everything = [*range(BEFORE + 1, last + 1)]
        for found in await asyncio.gather(*followers):
            assert found == everything
        held, cancelled = await asyncio.gather(*ones)
        assert held == sorted(held)
        assert cancelled == everything[::3]
        assert sorted([*held, *cancelled]) == everything


async def test_the_same_reader_loses_rows_of_a_table_numbered_by_a_sequence(world: World) -> None:
    """The control: these writers and this reader do catch what skips."""
    assert world.urls.owner is not None
    owner = await connect(world.urls.owner)
    await owner.execute("CREATE TABLE naive (id bigserial PRIMARY KEY, said text)")
    await owner.execute("GRANT SELECT, INSERT ON naive TO ichi_writer, ichi_reader")
    await owner.execute("GRANT USAGE ON naive_id_seq TO ichi_writer")
    await owner.close()
    written = asyncio.Event()

    async def one(connection: Connection) -> None:
        await connection.execute("INSERT INTO naive (said) VALUES ('x')")

    async def look(after: int) -> list[int]:
        statement = "SELECT id FROM naive WHERE id > $1 ORDER BY id LIMIT 100"
        return [number for (number,) in await world.reader.fetch(statement, after)]

    follower = asyncio.create_task(numbers(look, 0, written))
    await write(world.urls, one, writers=16, times=50, held=2.0)
    written.set()
    assert (
        len(await follower)
        < 16 * 50 + 1
        == await world.reader.fetchval("SELECT count(*) FROM naive")
    )


@pytest.mark.usefixtures("patient")
async def test_what_is_published_between_looking_and_waiting_is_not_slept_over(
    world: World,
) -> None:
    async with hub_of(world) as hub:

        class Meanwhile:
            """The pool, with somebody who publishes just after each look."""

            @staticmethod
            async def fetch(statement: str, *values: object) -> list[asyncpg.Record]:
                rows = await world.reader.fetch(statement, *values)
                await world.publish(HELD)
                hub.published([HODOGAYA])
                return rows

        pool: Any = Meanwhile()
        with hub.reader(pool, HODOGAYA, BEFORE) as reader:
            page = await within(SOON, asyncio.create_task(reader.page(10, within=30)))
            assert [entry.position for entry in page] == [3]


async def test_a_reader_that_nobody_wakes_looks_by_itself(world: World) -> None:
    async with hub_of(world) as hub:
        with hub.reader(world.reader, HODOGAYA, BEFORE) as reader:
            follower = asyncio.create_task(reader.page(10, within=30))
            await asyncio.sleep(0.1)
            await world.publish(HELD)
            assert len(await within(module.LOOK_EVERY_SECONDS + SOON, follower)) == 1


async def test_who_wants_one_type_gets_past_the_others(world: World) -> None:
    await world.publish(HELD, RAINED_OFF, HELD)
    async with hub_of(world) as hub:
        with hub.reader(world.reader, HODOGAYA, 0, "stall.cancelled") as reader:
            assert [entry.position for entry in await reader.page(10, within=0)] == [4]
            assert reader.position == 5
            assert await reader.page(10, within=0) == []
            await reader.require_reached()
        with hub.reader(world.reader, HODOGAYA, 0, "stall.held") as reader:
            assert [entry.position for entry in await reader.page(1, within=0)] == [3]
            assert reader.position == 3


async def test_a_reader_ahead_of_the_log_is_told(world: World) -> None:
    async with hub_of(world) as hub:
        with hub.reader(world.reader, HODOGAYA, BEFORE + 1) as reader:
            with pytest.raises(BeyondTheHead):
                await reader.require_reached()
            await world.publish(HELD)
            await reader.require_reached()


async def test_a_hub_that_closes_ends_all_waiting(world: World) -> None:
    async with hub_of(world) as hub:
        with hub.reader(world.reader, HODOGAYA, BEFORE) as reader:
            follower = asyncio.create_task(reader.page(10, within=30))
            await asyncio.sleep(0.1)
            hub.close()
            assert await within(SOON, follower) == []
            assert await within(SOON, asyncio.create_task(reader.page(10, within=30))) == []


async def test_there_is_one_place_too_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FOLLOWERS", 1)
    async with hub_of(world) as hub:
        with hub.place(), pytest.raises(TooManyFollowers), hub.place():
            pass
        with hub.place():
            pass
