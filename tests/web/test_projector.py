"""The projector keeps going, whatever fails."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from services.projector.loop import projecting, run
from shared import projecting as engine
from shared.answers import NotAnswered, read_answers
from shared.domain.vendor import Joined
from shared.postgres import Urls
from shared.questions import Projection, Projections, Year
from tests.database.world import HODOGAYA, World, opened
from tests.web.site import HELD, YUMEWORK


@asynccontextmanager
async def running(world: World, projections: Projections) -> AsyncIterator[asyncio.Event]:
    wake, stop = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(run(world.projector, projections, wake=wake, stop=stop))
    yield wake
    stop.set()
    await asyncio.wait_for(task, 10)


async def until(done: Callable[[], bool]) -> None:
    for _ in range(1000):
        if done():
            return
        await asyncio.sleep(0.01)
    raise AssertionError


async def projected(world: World, position: int) -> None:
    for _ in range(1000):
        if not await engine.lagging(world.projector, world.projections):
            break
        await asyncio.sleep(0.01)
    found, _ = await read_answers(world.reader, world.projections, HODOGAYA, 2025)
    assert found == position


async def test_what_was_published_is_projected_with_and_without_being_woken(urls: Urls) -> None:
    async with opened(urls) as world, running(world, world.projections) as wake:
        await world.publish(HELD)
        wake.set()
        await projected(world, 3)
        await world.publish(HELD)
        await projected(world, 4)


async def test_a_question_that_fails_is_asked_again_with_the_next_fact(urls: Urls) -> None:
    async with opened(urls) as world:
        first, *others = world.projections.all
        broken = Broken(first)
        projections = replace(
            world.projections, all=(replace(first, answer=broken.answer), *others)
        )
        async with running(world, projections) as wake:
            await world.publish(HELD)
            await until(lambda: broken.asked > 0)
            with pytest.raises(NotAnswered):
                await projected(world, 3)
            broken.mended = True
            await world.publish(HELD)
            wake.set()
            await projected(world, 4)


class Broken:
    """A question whose answer raises until somebody mends it."""

    def __init__(self, question: Projection[Any]) -> None:
        self.question = question
        self.asked = 0
        self.mended = False

    def answer(self, year: Year) -> object:
        self.asked += 1
        if not self.mended:
            raise ZeroDivisionError
        return self.question.answer(year)


async def test_a_log_that_cannot_be_projected_is_told_of(
    urls: Urls, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(urls) as world:
        await world.catch_up()
        await world.projector.execute("UPDATE material SET body = 'x' WHERE year = 0")
        await world.projector.execute(
            "INSERT INTO material SELECT log, edition, 0, 'x' FROM serving"
        )
        async with running(world, world.projections) as wake:
            await world.publish(Joined(YUMEWORK, "ゆめわーく"))
            wake.set()
            await until(lambda: "cannot project 141062-hanbai" in caplog.text)


async def test_a_database_that_is_away_is_waited_for(
    urls: Urls, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(urls) as world:
        async with projecting(urls, world.projections):
            await projected(world, 2)
        gone = world.projector
        await gone.close()
        async with running(world, world.projections):
            await until(lambda: "cannot claim the questions' edition" in caplog.text)
