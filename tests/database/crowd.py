"""Many callers at once, of the same door or of several, and what became of each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from uuid import UUID, uuid4

from shared import eventlog
from shared.domain import stall
from shared.domain.base import Fact
from shared.driver import Pool
from shared.envelope import proposal
from shared.errors import IchiError
from shared.eventlog import Receipt
from shared.opening import create_log
from shared.postgres import Urls, connect, pool
from shared.publishing import Door
from shared.wards import load_wards
from tests.database.world import HODOGAYA, World

LOGS = tuple(sorted(f"{ward.code}-hanbai" for ward in load_wards(None).wards))
SALE = UUID("0199a000-0000-7000-8000-000000000001")
YUMEWORK = UUID("0199a000-0000-7000-8000-000000000002")
DAY = date(2025, 10, 20)
HELD = stall.Held(SALE, DAY, (YUMEWORK,))
RAINED_OFF = stall.Cancelled(SALE, DAY, "雨天")
BEFORE = 2
"""The entries of every opened log."""
PATIENCE_SECONDS = 60.0
FLUSHES = "SELECT count(DISTINCT recorded_at) FROM event WHERE position > $1"

Outcome = list[Receipt] | BaseException


async def open_logs(world: World, logs: Iterable[str]) -> None:
    """Open these besides 保土ケ谷区's; its secretary is theirs too."""
    assert world.urls.owner is not None
    owner = await connect(world.urls.owner)
    for log in logs:
        if log != HODOGAYA:
            await create_log(owner, log, keeper=log[:6], admin=world.secretary, node="local")
    await owner.close()


@asynccontextmanager
async def doors(urls: Urls, many: int) -> AsyncIterator[list[Door]]:
    """Several doors to one database, each with a pool of its own, as processes have them."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                Door(
                    await stack.enter_async_context(
                        await pool(urls.application, "ichi_writer", size=4)
                    )
                )
            )
            for _ in range(many)
        ]


async def say(
    door: Door, actor: UUID, *facts: Fact, log: str = HODOGAYA, expected: int | None = None
) -> list[Receipt]:
    """Say facts in one request, each with a new id."""
    proposals = [proposal(uuid4(), fact, f"/{n}") for n, fact in enumerate(facts)]
    return await door.admit(log, proposals, actor, expected)


async def at_once(calls: Iterable[Awaitable[list[Receipt]]]) -> list[Outcome]:
    """What became of each; only errors of ours are outcomes, and nobody waits for ever."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        found = await asyncio.gather(*calls, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, IchiError):
            raise each
    return found


def stored(outcomes: Sequence[Outcome]) -> list[Receipt]:
    """The receipts among the outcomes."""
    return [receipt for each in outcomes if not isinstance(each, BaseException) for receipt in each]


async def require_receipts_stand(reader: Pool, log: str, receipts: Iterable[Receipt]) -> None:
    """Each receipt says what the log holds; beyond them and the opening it holds nothing."""
    entries = [entry async for entry in eventlog.read_all(reader, log, BEFORE)]
    by_position = sorted(receipts, key=lambda receipt: receipt.position)
    assert [entry.receipt for entry in entries] == by_position


async def flushes(world: World, after: int = BEFORE) -> int:
    """How many transactions appended what stands after a position, over all logs."""
    count: int = await world.projector.fetchval(FLUSHES, after)
    return count
