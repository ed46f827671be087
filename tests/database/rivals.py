"""Rivals who say contrary things about few subjects, through doors of their own, at once."""

import asyncio
import multiprocessing
from collections.abc import Sequence
from datetime import date
from multiprocessing.connection import Connection
from random import Random
from uuid import UUID, uuid4

from shared import eventlog
from shared.domain import fact, guest, stall
from shared.domain.base import Fact, Role
from shared.domain.role import Granted, Withdrawn
from shared.driver import Pool
from shared.envelope import proposal
from shared.errors import IchiError, Unavailable
from shared.eventlog import Receipt
from shared.ids import id_of
from shared.postgres import pool
from shared.publishing import Door
from tests.database.crowd import BEFORE, SALE, YUMEWORK
from tests.database.world import HODOGAYA, World

CALLERS = 8
"""Rivals at each door."""
DAYS = tuple(date(2025, 10, day) for day in range(1, 13))
SINCE = date(2025, 4, 1)
SEYA = "141143"
STAFF = tuple(id_of("rival", str(n)) for n in range(2))
REQUEST = id_of("request", "1")

Said = tuple[UUID, Fact]


def a_contrary_fact(chance: Random, known: Sequence[Said]) -> Fact:
    """Something that another rival may have made impossible a moment ago."""
    if known and chance.random() < 0.5:
        event, before = chance.choice(known)
        if chance.random() < 0.7:
            return fact.Retracted(event, "取り消し")
        return fact.Corrected(event, "訂正", _instead(chance, before))  # type: ignore[arg-type]
    day = chance.choice(DAYS)
    who = chance.choice(STAFF)
    contested: Sequence[Fact] = (
        guest.Hosted(SALE, SEYA, (day,), chance.randrange(4)),
        guest.Absent(SALE, SEYA, (day,)),
        Granted(who, Role.STAFF, SINCE, vendor=YUMEWORK),
        Withdrawn(who, Role.STAFF, vendor=YUMEWORK),
        stall.Requested(REQUEST, "西谷浄水場", day),
        stall.RequestAccepted(REQUEST, day),
    )
    if chance.random() < 0.4:
        return chance.choice(contested)
    if chance.random() < 0.7:
        return stall.Held(SALE, day, (YUMEWORK,))
    return stall.Cancelled(SALE, day, "雨天")


def _instead(chance: Random, before: Fact) -> Fact:
    day = chance.choice(DAYS)
    match before:
        case stall.Held():
            return stall.Held(SALE, day, (YUMEWORK, id_of("vendor", str(chance.randrange(9)))))
        case stall.Cancelled():
            return stall.Cancelled(SALE, day, f"荒天{chance.randrange(9)}")
        case _:
            return before


class Quarrel:
    """What rivals at one door said, and which of it they were told is stored."""

    def __init__(self, door: Door, looking: Pool, secretary: UUID, chance: Random) -> None:
        self.receipts: list[Receipt] = []
        self.refused: list[UUID] = []
        self._door = door
        self._looking = looking
        self._secretary = secretary
        self._chance = chance
        self._known: list[Said] = []

    async def go_on(self, times: int) -> None:
        """Let all rivals of this door speak so many times each."""
        await asyncio.gather(*(self._speak(times) for _ in range(CALLERS)))

    async def _speak(self, times: int) -> None:
        for _ in range(times):
            await self._look()
            said = [
                proposal(uuid4(), a_contrary_fact(self._chance, self._known[-8:]), f"/{n}")
                for n in range(self._chance.choice((1, 1, 2, 3)))
            ]
            actor = self._chance.choice((*STAFF, *[self._secretary] * 8))
            try:
                receipts = await self._door.admit(HODOGAYA, said, actor)
            except Unavailable:
                raise
            except IchiError:
                self.refused += [each.id for each in said]
            else:
                self.receipts += receipts
                self._learn([(each.id, each.fact) for each in said])

    async def _look(self) -> None:
        """Learn now and then what rivals at other doors have said."""
        if self._chance.random() < 0.2:
            head = await eventlog.read_head(self._looking, HODOGAYA)
            after = max(BEFORE, head.position - 3)
            page = await eventlog.read_page(self._looking, HODOGAYA, after)
            self._learn([(entry.id, entry.fact) for entry in page])

    def _learn(self, said: Sequence[Said]) -> None:
        """Remember what may be corrected; of a correction, what it put in place."""
        for event, each in said:
            content = each.fact if isinstance(each, fact.Corrected) else each
            if content.correctable:
                self._known.append((event, content))


async def require_only_what_was_acknowledged(world: World, quarrels: Sequence[Quarrel]) -> None:
    """The log holds what somebody has a receipt for, just so, and nothing else."""
    await require_acknowledged(
        world.reader,
        [receipt for quarrel in quarrels for receipt in quarrel.receipts],
        [event for quarrel in quarrels for event in quarrel.refused],
    )


async def require_acknowledged(
    reader: Pool, receipts: Sequence[Receipt], refused: Sequence[UUID]
) -> None:
    """The same for receipts and refused ids from wherever."""
    entries = [entry async for entry in eventlog.read_all(reader, HODOGAYA, BEFORE)]
    assert [entry.receipt for entry in entries] == sorted(receipts, key=lambda r: r.position)
    assert not {entry.id for entry in entries} & {*refused}


def in_processes(
    url: str, secretary: UUID, many: int, times: int
) -> tuple[list[Receipt], list[UUID]]:
    """Let rivals quarrel in so many processes; returns what all were told."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ends = [context.Pipe(duplex=False) for _ in range(many)]
    processes = [
        context.Process(target=_work, args=(url, secretary, seed, times, told), daemon=True)
        for seed, (_, told) in enumerate(ends)
    ]
    for process in processes:
        process.start()
    receipts: list[Receipt] = []
    refused: list[UUID] = []
    for hear, _ in ends:
        assert hear.poll(600), "a process of rivals has gone"
        heard = hear.recv()
        receipts += heard[0]
        refused += heard[1]
    for process in processes:
        process.join()
    return receipts, refused


def _work(url: str, secretary: UUID, seed: int, times: int, told: Connection) -> None:
    quarrel = asyncio.run(_quarrelled(url, secretary, seed, times))
    told.send((quarrel.receipts, quarrel.refused))


async def _quarrelled(url: str, secretary: UUID, seed: int, times: int) -> Quarrel:
    async with await pool(url, "ichi_writer", size=4) as writer, Door(writer) as door:
        quarrel = Quarrel(door, writer, secretary, Random(seed))
        await quarrel.go_on(times)
    return quarrel
