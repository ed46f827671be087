"""Whether the database answers, and how far the answers are behind the logs."""

import asyncio
from dataclasses import dataclass

import msgspec

from shared import eventlog
from shared.driver import Pool
from shared.errors import Unavailable
from shared.projecting import lagging, read_answers
from shared.publishing import now
from shared.questions import Projections


class Behind(msgspec.Struct, frozen=True):
    """Over all logs: events not yet projected, and how long the oldest of them has waited."""

    events: int
    seconds: float


class Health(msgspec.Struct, frozen=True):
    status: str
    behind: Behind


@dataclass(frozen=True)
class Pulse:
    """`projector` is a pool that sees all logs; `within` is in seconds."""

    projector: Pool
    projections: Projections
    within: float = 2.0

    async def feel(self) -> Health:
        """Look, and not for long; raises `Unavailable`."""
        try:
            async with asyncio.timeout(self.within):
                return Health("ok", await self._behind())
        except TimeoutError as error:
            raise Unavailable from error

    async def _behind(self) -> Behind:
        events, seconds = 0, 0.0
        for log in await lagging(self.projector, self.projections):
            head = await eventlog.read_head(self.projector, log)
            position, _ = await read_answers(self.projector, self.projections, log, now().year)
            for entry in await eventlog.read_page(self.projector, log, position, limit=1):
                seconds = max(seconds, (now() - entry.recorded_at).total_seconds())
            events += head.position - position
        return Behind(events, round(seconds, 3))
