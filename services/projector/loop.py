"""Catch up with every log that is ahead of its answers, then wait for more."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared import edition
from shared.driver import Pool
from shared.postgres import Urls, pool
from shared.projecting import catch_up, claim, lagging
from shared.questions import Projections

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


@asynccontextmanager
async def projecting(
    urls: Urls, projections: Projections, wake: asyncio.Event | None = None
) -> AsyncIterator[None]:
    """Keep answers up to date while the context is open; raises `Unavailable` at the start."""
    stop = asyncio.Event()
    async with await pool(urls.application, "ichi_projector", size=2) as projector:
        task = asyncio.create_task(run(projector, projections, wake=wake, stop=stop))
        try:
            yield
        finally:
            stop.set()
            await task


async def run(
    projector: Pool,
    projections: Projections,
    *,
    wake: asyncio.Event | None = None,
    stop: asyncio.Event,
) -> None:
    """Project until told to stop; a failure is logged, and tried again after a growing pause.

    Its questions are claimed as the current edition first: what started last is what is wanted.
    `wake` is set by whoever knows of new entries; without that they are found by looking.
    """
    wake = wake or asyncio.Event()
    pause = POLL_SECONDS
    claimed = False
    while not stop.is_set():
        wake.clear()  # before looking: what is published meanwhile sets it again
        claimed = claimed or await _claim(projector, projections)
        if claimed and await _catch_up_all(projector, projections, stop):
            pause = POLL_SECONDS
        else:
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        await _first_of(wake, stop, within=pause)


async def _claim(projector: Pool, projections: Projections) -> bool:
    try:
        await claim(projector, projections)
    except Exception:
        logger.exception("cannot claim the questions' edition")
        return False
    return True


async def _catch_up_all(projector: Pool, projections: Projections, stop: asyncio.Event) -> bool:
    """Bring every log up to date; False if something failed. One log's failure stops no other.

    A log that grows all the time is left for the next round as soon as it is near its head.
    """
    sound = True
    try:
        behind = await lagging(projector, projections)
    except Exception:
        logger.exception("cannot look for new entries")
        return False
    for log in behind:
        try:
            while not stop.is_set():
                if await catch_up(projector, projections, log) < edition.BATCH:
                    break
        except Exception:
            logger.exception("cannot project %s", log)
            sound = False
    return sound


async def _first_of(*events: asyncio.Event, within: float) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(tasks, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
