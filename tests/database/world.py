"""One opened log, its people, and the pools that the services have."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from shared.domain.base import Fact
from shared.envelope import proposal
from shared.eventlog import Pool, Receipt
from shared.opening import create_log
from shared.postgres import Urls, connect, pool
from shared.publishing import Door

HODOGAYA = "141062-hanbai"


@dataclass
class World:
    urls: Urls
    writer: Pool
    reader: Pool
    projector: Pool
    auth: Pool
    door: Door
    secretary: UUID

    async def publish(self, *facts: Fact) -> list[Receipt]:
        """Publish facts in one request, as a batch."""
        proposals = [proposal(uuid4(), fact, f"/{n}") for n, fact in enumerate(facts)]
        return await self.door.admit(HODOGAYA, proposals, self.secretary)


@asynccontextmanager
async def opened(urls: Urls) -> AsyncIterator[World]:
    """Open 保土ケ谷区's log; its first 管理者 is its secretary too."""
    assert urls.owner is not None
    secretary = uuid4()
    owner = await connect(urls.owner)
    await create_log(owner, HODOGAYA, keeper="141062", admin=secretary, node="local")
    await owner.close()
    pools = [
        await pool(urls.application, f"ichi_{role}", size=4)
        for role in ("writer", "reader", "projector", "auth")
    ]
    try:
        yield World(urls, *pools, Door(pools[0]), secretary)
    finally:
        for each in pools:
            await each.close()
