"""Processes that tell each other what was published, over connections that may be lost."""

import asyncio
import time
from datetime import date
from typing import Any

import pytest

from shared import following as module
from shared import notifying
from shared.domain.stall import Held
from shared.embedded import SUPERUSER, Server
from shared.following import following
from shared.notifying import CHANNEL, payload_of
from shared.postgres import connect
from tests.database.world import HODOGAYA, World
from tests.following import BEFORE, hub_of, nothing, until_listening, within
from tests.histories import SALES, VENDORS

HELD = Held(SALES[0], date(2025, 10, 20), (VENDORS[0],))
SOON = 1.0
"""Seconds: sooner than any reader looks by itself."""
KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ '^(LISTEN|SELECT pg_notify)'
"""


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers that look by themselves so seldom that only a wake-up explains what they found."""
    monkeypatch.setattr(module, "LOOK_EVERY_SECONDS", 60.0)


@pytest.mark.usefixtures("patient")
async def test_another_process_is_woken_by_the_names_of_the_logs(world: World) -> None:
    async with hub_of(world) as here, hub_of(world) as there:
        with here.reader(world.reader, HODOGAYA, BEFORE) as reader:
            follower = asyncio.create_task(reader.page(10, within=30))
            await asyncio.sleep(0.1)
            await world.publish(HELD)
            there.published([HODOGAYA])
            assert [entry.position for entry in await within(SOON, follower)] == [3]


@pytest.mark.usefixtures("patient")
async def test_too_many_names_for_one_message_mean_look_everywhere(world: World) -> None:
    logs = [f"{number:06}-hanbai" for number in range(1000)]
    assert payload_of(logs) == ""
    assert payload_of(["b", "a"]) == "a,b"
    async with hub_of(world) as here, hub_of(world) as there:
        with here.reader(world.reader, HODOGAYA, BEFORE) as reader:
            follower = asyncio.create_task(reader.page(10, within=30))
            await asyncio.sleep(0.1)
            await world.publish(HELD)
            there.published(logs)
            assert [entry.position for entry in await within(SOON, follower)] == [3]


async def test_names_that_gather_go_as_one_message_and_each_once(world: World) -> None:
    messages: list[Any] = []
    listener = await connect(world.urls.application)
    await listener.add_listener(CHANNEL, lambda *told: messages.append(told[3]))
    async with hub_of(world) as hub:
        for _ in range(100):
            hub.published(["a", "b"])
        await asyncio.sleep(0.3)
    await listener.close()
    assert messages == ["a,b"]


@pytest.mark.usefixtures("patient")
async def test_connections_that_are_killed_come_back_and_what_was_missed_is_found(
    world: World, server: Server
) -> None:
    superuser = await connect(server.url(SUPERUSER, "postgres"))
    async with hub_of(world) as here, hub_of(world) as there:
        there.published([HODOGAYA])  # so that its way out is open, too
        await asyncio.sleep(0.2)
        with here.reader(world.reader, HODOGAYA, BEFORE) as reader:
            for position in range(3, 6):
                follower = asyncio.create_task(reader.page(10, within=30))
                await asyncio.sleep(0.05)
                await superuser.execute(KILL)
                await world.publish(HELD)  # nobody is told: the new connection makes it look
                assert [e.position for e in await within(2.0, follower)] == [position]
            await until_listening(world, 2)
            follower = asyncio.create_task(reader.page(10, within=30))
            await world.publish(HELD)
            there.published([HODOGAYA])
            assert [e.position for e in await within(2.0, follower)] == [6]
    await superuser.close()


async def test_a_quiet_connection_is_spoken_to_now_and_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is gone without a word would be believed to be there for ever."""
    monkeypatch.setattr(notifying, "CHECK_SECONDS", 0.05)
    spoken = "SELECT count(*) FROM pg_stat_activity WHERE query = $1"
    login = await connect(world.urls.application)
    async with following(world.urls.application, nothing):
        for _ in range(100):
            if await login.fetchval(spoken, notifying.ALIVE) == 1:
                break
            await asyncio.sleep(0.02)
        assert await login.fetchval(spoken, notifying.ALIVE) == 1
    await login.close()


async def test_publishing_never_waits_for_a_database_that_is_away(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = world.urls.application.replace("ichi_app", "nobody_at_all")
    woken = asyncio.Event()
    async with following(nowhere, woken.set) as hub:
        await asyncio.sleep(0.3)
        began = time.monotonic()
        hub.published([HODOGAYA])
        assert time.monotonic() - began < 0.1
        assert woken.is_set()
    assert "no way to other processes" in caplog.text
