"""Half a million facts by sixteen writers, one of them slow: no follower skips or repeats one."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn

from services.ward.app import ward_app
from services.ward.ward import Ward
from shared.auth import tokens
from shared.driver import Connection
from shared.postgres import Urls
from shared.settings import Settings
from tests.database.world import HODOGAYA, opened
from tests.following import (
    BEFORE,
    append,
    by_long_poll,
    by_page,
    by_stream,
    numbers,
    write,
)
from tests.web.site import bearer

WRITERS, TIMES, BATCH = 16, 128, 250
HELD_SECONDS = 5.0
LAST = BEFORE + (WRITERS * TIMES + 1) * BATCH


async def test_half_a_million_facts_and_nothing_is_lost_or_repeated(
    urls: Urls, capsys: pytest.CaptureFixture[str]
) -> None:
    written = asyncio.Event()

    async def batch(connection: Connection) -> None:
        await append(connection, BATCH)

    async with opened(urls) as world, serving(urls) as (base, ward):
        secret = await tokens.create(world.auth, HODOGAYA, world.secretary, "試験")
        async with httpx.AsyncClient(base_url=base, headers=bearer(secret)) as client:
            followers = {
                "polling": numbers(by_page(world.reader), 0, written),
                "long poll": numbers(by_long_poll(client, 1000), 0, written),
                "stream": by_stream(client, LAST),
                "in the process": woken(ward),
            }
            found = {name: asyncio.create_task(each) for name, each in followers.items()}
            began = time.monotonic()
            await write(urls, batch, writers=WRITERS, times=TIMES, held=HELD_SECONDS)
            written.set()
            wrote = time.monotonic() - began
            await asyncio.gather(*found.values())
            read = time.monotonic() - began
    lines = [f"{LAST} entries, {WRITERS} writers: written in {wrote:.0f} s, read in {read:.0f} s"]
    for name, task in found.items():
        positions, once = task.result(), {*task.result()}
        lines.append(f"{name:15}{LAST - len(once)} lost, {len(positions) - len(once)} repeated")
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    assert all(task.result() == [*range(1, LAST + 1)] for task in found.values())


async def woken(ward: Callable[[], Ward]) -> list[int]:
    """Follow without HTTP."""
    found: list[int] = []
    with ward().hub.reader(ward().reader, HODOGAYA, 0) as reader:
        while reader.position < LAST:
            found += [entry.position for entry in await reader.page(1000, within=10)]
    return found


@asynccontextmanager
async def serving(urls: Urls) -> AsyncIterator[tuple[str, Callable[[], Ward]]]:
    """Serve the ward's app alone: nobody projects."""
    app = ward_app(urls, Settings())
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", lambda: app.state.ward
    server.should_exit = True
    await task
