"""A world for each test: one opened log on its own database."""

from collections.abc import AsyncIterator

import pytest

from shared.driver import Connection
from shared.postgres import Urls, connect
from tests.database.world import World, opened


@pytest.fixture
async def world(urls: Urls) -> AsyncIterator[World]:
    async with opened(urls) as found:
        yield found


@pytest.fixture
async def intruder(world: World) -> AsyncIterator[Connection]:
    """A superuser who takes the triggers off: what somebody with the disk could do."""
    assert world.urls.owner is not None
    superuser = await connect(world.urls.owner.replace("ichi_owner@", "postgres@"))
    await superuser.execute("SET session_replication_role = replica")
    for table in ("event", "log_head"):
        await superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    yield superuser
    await superuser.close()
