"""Writers in a hurry, one that dawdles, and readers that follow them in every way there is."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from shared import eventlog
from shared.domain.stall import Cancelled, Held
from shared.driver import Connection, Pool
from shared.eventlog import Draft, Entry, Part
from shared.following import Hub, following
from shared.postgres import Urls, connect, pool
from tests.database.world import HODOGAYA, World
from tests.histories import SALES, VENDORS

LISTENERS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'
"""
BEFORE = 2
"""The entries of every opened log."""
Look = Callable[[int], Awaitable[list[int]]]
"""The numbers after a number, some of them, in order; it may wait for them."""


async def append(connection: Connection, count: int) -> None:
    """Append facts in the transaction that is open; every third is a cancellation."""
    head = await eventlog.lock_head(connection, HODOGAYA)
    await eventlog.append(connection, [Part(head.log, head.hash, drafts(count))], datetime.now(UTC))


def drafts(count: int) -> list[Draft]:
    """Facts on their way into the log."""
    made = []
    for number in range(count):
        day = date(2025, 4, 1 + number % 30)
        fact = (
            Held(SALES[0], day, (VENDORS[0],)) if number % 3 else Cancelled(SALES[0], day, "雨天")
        )
        made.append(Draft(uuid4(), uuid4(), fact, fact.subject, msgspec.json.encode(fact)))
    return made


async def write(
    urls: Urls,
    one: Callable[[Connection], Awaitable[None]],
    *,
    writers: int,
    times: int,
    held: float,
) -> None:
    """Let each writer do it so many times, a transaction each; another holds one open (seconds)."""
    async with await pool(urls.application, "ichi_writer", size=writers + 1) as connections:

        async def hurry() -> None:
            for _ in range(times):
                async with connections.acquire() as connection, connection.transaction():
                    await one(connection)

        async def dawdle() -> None:
            async with connections.acquire() as connection, connection.transaction():
                await asyncio.sleep(0.05)
                await one(connection)
                await asyncio.sleep(held)

        await asyncio.gather(dawdle(), *(hurry() for _ in range(writers)))


async def numbers(look: Look, after: int, written: asyncio.Event) -> list[int]:
    """Follow by asking for what is after the last one, until all is written and nothing comes."""
    found: list[int] = []
    while True:
        complete = written.is_set()
        page = await look(found[-1] if found else after)
        found += page
        if complete and not page:
            return found
        if not page:
            await asyncio.sleep(0.005)


def by_page(reader: Pool) -> Look:
    """Poll the log."""

    async def look(after: int) -> list[int]:
        return [entry.position for entry in await eventlog.read_page(reader, HODOGAYA, after, 100)]

    return look


def by_long_poll(client: httpx.AsyncClient, limit: int = 100) -> Look:
    """Ask the feed, and let it wait."""

    async def look(after: int) -> list[int]:
        asked = {"after": after, "limit": limit, "wait": 1}
        answer = await client.get(f"/v1/logs/{HODOGAYA}/events", params=asked, timeout=30)
        return [event["position"] for event in answer.raise_for_status().json()]

    return look


class Told(msgspec.Struct, frozen=True):
    """One Server-Sent Event, as a browser would hand it over."""

    id: str
    event: str
    data: str

    @property
    def content(self) -> Any:  # noqa: ANN401 - any JSON value
        return json.loads(self.data)


async def told(response: httpx.Response) -> AsyncIterator[Told]:
    """The events of a stream, read as the standard of Server-Sent Events says."""
    last, kind, data = "", "message", list[str]()
    async for line in response.aiter_lines():
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "id":
            last = value
        elif field == "event":
            kind = value
        elif field == "data":
            data.append(value)
        elif not line and data:
            yield Told(last, kind, "\n".join(data))
            kind, data = "message", []


async def by_stream(client: httpx.AsyncClient, upto: int, after: int = 0) -> list[int]:
    """Follow by one stream up to a position, reconnecting as a browser does whenever it ends."""
    found = [after]
    while found[-1] < upto:
        address = f"/v1/logs/{HODOGAYA}/stream"
        headers = {"Last-Event-ID": str(found[-1])}
        async with client.stream("GET", address, headers=headers, timeout=30) as response:
            response.raise_for_status()
            async for event in told(response):
                if event.event == "message":
                    found.append(int(event.id))
                if found[-1] >= upto:
                    break
    return found[1:]


def nothing() -> None:
    """Nobody else is to be woken."""


@asynccontextmanager
async def hub_of(world: World) -> AsyncIterator[Hub]:
    """A hub that listens."""
    before = await listeners(world)
    async with following(world.urls.application, nothing) as hub:
        await until_listening(world, before + 1)
        yield hub


async def listeners(world: World) -> int:
    login = await connect(world.urls.application)
    try:
        return len(await login.fetch(LISTENERS))
    finally:
        await login.close()


async def until_listening(world: World, hubs: int) -> None:
    for _ in range(100):
        if await listeners(world) == hubs:
            return
        await asyncio.sleep(0.01)
    raise AssertionError


async def within(seconds: float, waiting: "asyncio.Task[list[Entry]]") -> list[Entry]:
    async with asyncio.timeout(seconds):
        return await waiting
