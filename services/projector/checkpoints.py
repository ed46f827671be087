"""Sign every log that has grown, often enough that a tail cut off later is missed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from shared import eventlog, tree
from shared.driver import Pool
from shared.errors import Diverged
from shared.notary import Notary
from shared.postgres import Urls, pool
from shared.settings import Settings

logger = logging.getLogger(__name__)

EVERY_SECONDS = 20.0


@asynccontextmanager
async def signing(urls: Urls, settings: Settings) -> AsyncIterator[None]:
    """Sign while the context is open; raises `Unavailable`, `BadSetting` at the start."""
    stop = asyncio.Event()
    async with await pool(urls.application, "ichi_projector", size=1) as projector:
        notary = Notary(settings, projector)
        logger.info("signing as %s", notary.signer.public.vkey)
        task = asyncio.create_task(run(notary, projector, stop=stop))
        try:
            yield
        finally:
            stop.set()
            await task


async def run(
    notary: Notary, projector: Pool, *, stop: asyncio.Event, every: float = EVERY_SECONDS
) -> None:
    """Sign what has grown, again and again, until told to stop."""
    while not stop.is_set():
        try:
            for head in await eventlog.list_heads(projector):
                await _sign(notary, projector, head.log)
        except Exception:
            logger.exception("cannot look for logs to sign")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every)


async def _sign(notary: Notary, projector: Pool, log: str) -> None:
    """One log's failure stops no other; a log that is not what was signed is not signed anew."""
    try:
        await tree.grow(projector, log)
        await notary.sign(log)
    except Diverged:
        logger.critical("%s is not what was signed: see `ichi verify --log %s`", log, log)
    except Exception:
        logger.exception("cannot sign %s", log)
