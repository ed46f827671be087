"""The engine: keeps every question's answers up to date beside the logs; knows no question.

All answers of a log move together, by one bookmark. Other questions make another edition: it is
built beside the one that readers are given, and takes its place in one transaction. The edition
that was claimed last is the one to build; a worker of another keeps up to date what it serves.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from shared.driver import Connection, Pool, border
from shared.edition import Edition
from shared.questions import Projections

CLAIM = """
INSERT INTO edition (edition, claimed_at) VALUES ($1, clock_timestamp())
ON CONFLICT (edition) DO UPDATE SET claimed_at = clock_timestamp()
"""
# The logs come in no order, so that several workers do not all begin with the same one.
LAGGING = """
SELECT h.log FROM log_head h
LEFT JOIN serving s ON s.log = h.log
LEFT JOIN bookmark b ON b.log = h.log AND b.edition = s.edition
WHERE CASE WHEN split_part(s.edition, '.', 1) = $1 THEN coalesce(b.position, 0) < h.position
    ELSE coalesce((SELECT edition FROM edition ORDER BY claimed_at DESC LIMIT 1), $1) = $1 END
ORDER BY random()
"""
MINE = "SELECT pg_try_advisory_xact_lock(hashtext('ichi projecting'), hashtext($1))"
WAIT_FOR_MINE = "SELECT pg_advisory_xact_lock(hashtext('ichi projecting'), hashtext($1))"
SERVED = "SELECT edition FROM serving WHERE log = $1"
CURRENT = """
SELECT coalesce((SELECT edition FROM edition ORDER BY claimed_at DESC LIMIT 1), $1) = $1
"""


async def claim(pool: Pool, projections: Projections) -> None:
    """Make these questions the current edition: what every log's answers are to become."""
    with border():
        await pool.execute(CLAIM, projections.edition)


async def lagging(pool: Pool, projections: Projections) -> list[str]:
    """The logs for which a worker with these questions has something to do."""
    with border():
        return [log for (log,) in await pool.fetch(LAGGING, projections.edition)]


async def catch_up(pool: Pool, projections: Projections, log: str) -> int:
    """Project one more batch of a log; returns how many entries it took, 0 when there are none.

    Rows and bookmark move in one transaction. A log that another worker is at is left alone.
    """
    async with _transaction(pool) as connection:
        if not await connection.fetchval(MINE, log):
            return 0
        served = await connection.fetchval(SERVED, log)
        if projections.made(served):
            edition = Edition(connection, projections, log, served)
            batch = await edition.take_batch()
            await edition.answer(batch.years)
            return batch.taken
        if await connection.fetchval(CURRENT, projections.edition):
            return (await Edition(connection, projections, log, projections.edition).build()).taken
        return 0


async def project(pool: Pool, projections: Projections, log: str) -> None:
    """Claim these questions' edition and bring one log up to date with it."""
    await claim(pool, projections)
    while await catch_up(pool, projections, log):
        pass


async def rebuild(
    pool: Pool, projections: Projections, log: str, progress: Callable[[int], None]
) -> None:
    """Build a log's answers anew beside those that are served, which they then replace.

    `progress` is told each position reached. A rebuild that was broken off goes on where it was.
    """
    with border():
        before = await pool.fetchval(SERVED, log)
    name = _next_generation(before, projections)
    at_head = False
    while not at_head:
        async with _transaction(pool) as connection:
            await connection.execute(WAIT_FOR_MINE, log)
            if await connection.fetchval(SERVED, log) != before:
                return  # somebody else's edition has taken its place meanwhile
            batch = await Edition(connection, projections, log, name).build()
        progress(batch.position)
        at_head = batch.at_head


@asynccontextmanager
async def _transaction(pool: Pool) -> AsyncIterator[Connection]:
    with border():
        async with pool.acquire() as connection, connection.transaction():
            yield connection


def _next_generation(served: str | None, projections: Projections) -> str:
    """An edition's name for building it once more beside itself."""
    if served is None or not projections.made(served):
        return projections.edition
    generation = int(served.partition(".")[2] or 0) + 1
    return f"{projections.edition}.{generation}"
