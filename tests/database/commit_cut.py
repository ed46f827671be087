"""Facts said over a wire that breaks around their COMMIT, and again until there is a receipt."""

import asyncio
from collections.abc import Iterator, Sequence
from random import Random
from uuid import UUID, uuid4

import msgspec

from shared import eventlog
from shared.domain.base import Fact
from shared.envelope import Proposal, proposal
from shared.errors import Unavailable
from shared.eventlog import Receipt
from shared.postgres import pool
from shared.publishing import Door
from tests.database.crowd import HELD, LOGS, Outcome, at_once, open_logs, require_receipts_stand
from tests.database.cutting import Cut, a_cut, wire_to
from tests.database.replaying import require_sound
from tests.database.world import HODOGAYA, World
from tests.histories import a_history

QUIET = LOGS[0]
TRIES = 50
AGAIN_AFTER_SECONDS = 0.01

Said = tuple[str, list[Proposal]]


class Survived(msgspec.Struct):
    """Requests that got no answer, and those of them that were stored all the same."""

    unanswered: int = 0
    stored: int = 0


async def survive(world: World, cuts: int, chance: Random, silent: int) -> Survived:
    """Break the wire so many times, some of them `silent`ly; nothing is lost, doubled or stale."""
    await open_logs(world, [QUIET])
    history = _requests(a_history(1, cuts * 40), chance)
    survived = Survived()
    receipts: dict[str, list[Receipt]] = {HODOGAYA: [], QUIET: []}
    async with (
        wire_to(world.urls.application) as (wire, url),
        await pool(url, "ichi_writer", size=4) as writer,
        Door(writer) as door,
    ):
        while (before := wire.cuts) < cuts:
            cut = a_cut(chance)
            if before < silent:
                cut = Cut(cut.way, cut.piece % 2, 0, silent=True)
            for log in receipts:  # connections are there, and the door knows both logs
                receipts[log] += await _again(door, log, _a_stall(), world.secretary)
            said = [(HODOGAYA, next(history)), (QUIET, _a_stall())]
            wire.break_at(cut)
            outcomes = await at_once(door.admit(*each, world.secretary) for each in said)
            wire.break_at(None)
            for each, outcome in zip(said, outcomes, strict=True):
                receipts[each[0]] += await _received(world, door, each, outcome, survived)
            if wire.cuts > before:
                for log in receipts:
                    await require_sound(world.reader, log, door)
        for log, found in receipts.items():
            await require_receipts_stand(world.reader, log, found)
    return survived


def _requests(history: Sequence[tuple[UUID, Fact]], chance: Random) -> Iterator[list[Proposal]]:
    left = [*history]
    while left:
        size = chance.randint(1, 3)
        yield [proposal(event, fact, f"/{n}") for n, (event, fact) in enumerate(left[:size])]
        del left[:size]


def _a_stall() -> list[Proposal]:
    return [proposal(uuid4(), HELD)]


async def _received(
    world: World, door: Door, said: Said, outcome: Outcome, survived: Survived
) -> list[Receipt]:
    """Say the same again until it has its receipts; one that was given before is the same."""
    if isinstance(outcome, BaseException):
        assert isinstance(outcome, Unavailable)
        log, request = said
        survived.unanswered += 1
        survived.stored += bool(await eventlog.read_ids(world.reader, log, [request[0].id]))
    found = await _again(door, *said, world.secretary)
    assert isinstance(outcome, Unavailable) or outcome == found
    return found


async def _again(door: Door, log: str, request: list[Proposal], actor: UUID) -> list[Receipt]:
    for _ in range(TRIES):
        try:
            return await door.admit(log, request, actor)
        except Unavailable:
            await asyncio.sleep(AGAIN_AFTER_SECONDS)
    raise AssertionError(request)
