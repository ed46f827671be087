"""Whether the database answers, how far answers are behind, and whether the logs are signed."""

import asyncio
from dataclasses import dataclass

import msgspec

from shared.driver import Pool
from shared.errors import Unavailable
from shared.freshness import Behind, behind
from shared.notary import Notary


class Health(msgspec.Struct, frozen=True):
    """`unsigned`: logs with an entry unsigned for over a minute, or that are not what was signed.

    How many, not which: everybody may ask.
    """

    status: str
    behind: Behind
    unsigned: int


@dataclass(frozen=True)
class Pulse:
    """`projector` is a pool that sees all logs, as does the notary's; `within` is in seconds."""

    projector: Pool
    notary: Notary
    within: float = 2.0

    async def feel(self) -> Health:
        """Look, and not for long; raises `Unavailable`."""
        try:
            async with asyncio.timeout(self.within):
                unsigned = await self.notary.unsigned()
                return Health("ok", await behind(self.projector), len(unsigned))
        except TimeoutError as error:
            raise Unavailable from error
