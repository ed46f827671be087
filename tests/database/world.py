"""One opened log, its people, and the pools that the services have."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from shared import eventlog, projecting
from shared.domain.base import Fact
from shared.driver import Pool
from shared.envelope import proposal
from shared.eventlog import Receipt
from shared.opening import create_log
from shared.postgres import Urls, connect, pool
from shared.projections import discover
from shared.publishing import Door, now
from shared.questions import Projections
from shared.wards import load_calendar

HODOGAYA = "141062-hanbai"

# Whatever the edition is called, the rows are to be the same.
ROWS = """
SELECT log, 'material' AS kind, '' AS question, year, encode(body, 'hex') FROM material
UNION ALL SELECT log, 'answer', question, year, coalesce(encode(body, 'hex'), why) FROM answer
UNION ALL SELECT log, 'skipped', question, position, why FROM skipped
UNION ALL SELECT log, 'bookmark', '', position, not_understood::text FROM bookmark
ORDER BY 1, 2, 3, 4, 5
"""


@dataclass
class World:
    urls: Urls
    writer: Pool
    reader: Pool
    projector: Pool
    auth: Pool
    names: Pool
    door: Door
    secretary: UUID
    projections: Projections

    async def catch_up(self) -> None:
        """Project until nothing is behind."""
        for log in await projecting.lagging(self.projector, self.projections):
            while await projecting.catch_up(self.projector, self.projections, log):
                pass

    async def publish(self, *facts: Fact) -> list[Receipt]:
        """Publish facts in one request, as a batch."""
        proposals = [proposal(uuid4(), fact, f"/{n}") for n, fact in enumerate(facts)]
        return await self.door.admit(HODOGAYA, proposals, self.secretary)

    async def append_raw(
        self, body: bytes, kind: str, subject: str = "x", target: UUID | None = None
    ) -> UUID:
        """Append past the door, as newer code would; returns the event's id."""
        event = uuid4()
        async with self.writer.acquire() as connection, connection.transaction():
            head = await eventlog.lock_head(connection, HODOGAYA)
            await connection.fetch(
                eventlog.APPEND, now(), [HODOGAYA], [head.hash], [1], [1], [event], [uuid4()],
                [bytes(16)], [body], [kind], [None], [subject], [target],
            )  # fmt: skip
        return event


async def rows_of(projector: Pool) -> list[tuple[object, ...]]:
    """Everything that was projected, in an order."""
    return [tuple(row) for row in await projector.fetch(ROWS)]


@asynccontextmanager
async def opened(urls: Urls) -> AsyncIterator[World]:
    """Open 保土ケ谷区's log; its first 管理者 is its secretary too."""
    assert urls.owner is not None
    secretary = uuid4()
    owner = await connect(urls.owner)
    await create_log(owner, HODOGAYA, keeper="141062", admin=secretary, node="local")
    await owner.close()
    async with AsyncExitStack() as stack:

        async def opened(url: str, role: str) -> Pool:
            return await stack.enter_async_context(await pool(url, role, size=4))

        writer = await opened(urls.application, "ichi_writer")
        yield World(
            urls,
            writer,
            await opened(urls.application, "ichi_reader"),
            await opened(urls.application, "ichi_projector"),
            await opened(urls.application, "ichi_auth"),
            await opened(urls.names, "ichi_app"),
            await stack.enter_async_context(Door(writer)),
            secretary,
            discover(load_calendar(None)),
        )
