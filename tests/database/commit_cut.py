"""Facts said over a wire that breaks around their COMMIT, and again until there is a receipt."""

import asyncio
from collections.abc import Iterator, Sequence
from random import Random
from uuid import UUID, uuid4

from shared.domain.base import Fact
from shared.envelope import Proposal, proposal
from shared.errors import Unavailable
from shared.eventlog import Receipt
from shared.postgres import pool
from shared.publishing import Door
from tests.database.crowd import HELD, LOGS, at_once, open_logs, require_receipts_stand
from tests.database.cutting import Cut, Wire, a_cut, wire_to
from tests.database.replaying import require_sound
from tests.database.world import HODOGAYA, World
from tests.histories import a_history

QUIET = LOGS[0]
TRIES = 50
AGAIN_AFTER_SECONDS = 0.01

Said = tuple[str, list[Proposal]]


async def survive(world: World, cuts: int, chance: Random, silent: int) -> None:
    """Break the wire so many times, some of them `silent`ly; nothing is lost, doubled or stale."""
    await open_logs(world, [QUIET])
    history = _requests(a_history(1, cuts * 40), chance)
    receipts: dict[str, list[Receipt]] = {HODOGAYA: [], QUIET: []}
    async with (
        wire_to(world.urls.application) as (wire, url),
        await pool(url, "ichi_writer", size=4) as writer,
        Door(writer) as door,
    ):
        while wire.cuts < cuts:
            cut = a_cut(chance)
            if wire.cuts < silent:
                cut = Cut(cut.way, cut.piece % 2, 0, silent=True)
            said = [(HODOGAYA, next(history)), (QUIET, [proposal(uuid4(), HELD)])]
            for log, found in await _until_received(door, world.secretary, said, wire, cut):
                receipts[log] += found
        for log, found in receipts.items():
            await require_receipts_stand(world.reader, log, found)
            await require_sound(world.reader, log, door)


def _requests(history: Sequence[tuple[UUID, Fact]], chance: Random) -> Iterator[list[Proposal]]:
    left = [*history]
    while left:
        size = chance.randint(1, 3)
        yield [proposal(event, fact, f"/{n}") for n, (event, fact) in enumerate(left[:size])]
        del left[:size]


async def _until_received(
    door: Door, actor: UUID, said: Sequence[Said], wire: Wire, cut: Cut
) -> list[tuple[str, list[Receipt]]]:
    """Say all this at once over the wire that breaks, then the same until it has its receipts."""
    wire.break_at(cut)
    outcomes = await at_once(door.admit(log, request, actor) for log, request in said)
    wire.break_at(None)
    received = []
    for (log, request), outcome in zip(said, outcomes, strict=True):
        if isinstance(outcome, BaseException):
            assert isinstance(outcome, Unavailable)
        found = await _again(door, log, request, actor)
        assert outcome == found or isinstance(outcome, Unavailable)
        received.append((log, found))
    return received


async def _again(door: Door, log: str, request: list[Proposal], actor: UUID) -> list[Receipt]:
    for _ in range(TRIES):
        try:
            return await door.admit(log, request, actor)
        except Unavailable:
            await asyncio.sleep(AGAIN_AFTER_SECONDS)
    raise AssertionError(request)
