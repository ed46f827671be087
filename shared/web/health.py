"""Whether the database answers, and how far the answers are behind the logs."""

import asyncio
from dataclasses import dataclass

import msgspec

from shared.driver import Pool
from shared.errors import Unavailable
from shared.freshness import Behind, behind


class Health(msgspec.Struct, frozen=True):
    status: str
    behind: Behind


@dataclass(frozen=True)
class Pulse:
    """`projector` is a pool that sees all logs; `within` is in seconds."""

    projector: Pool
    within: float = 2.0

    async def feel(self) -> Health:
        """Look, and not for long; raises `Unavailable`."""
        try:
            async with asyncio.timeout(self.within):
                return Health("ok", await behind(self.projector))
        except TimeoutError as error:
            raise Unavailable from error
