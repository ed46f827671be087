"""Ours: bytes in through the door, pages out of the feed, answers kept up to date."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from shared import eventlog, projecting
from shared.driver import Pool
from shared.envelope import BATCH, MAX_EVENTS, STRUCTURED
from shared.opening import create_log
from shared.postgres import Urls, connect, pool
from shared.projections import discover
from shared.publishing import Door
from shared.wards import load_calendar, load_wards
from tests.bench.facts import Facts, batch, event
from tests.bench.load import drive

STATE = 10_000
"""Facts in the hot log, and in all eighteen together, before anything is measured."""
HOT = "141003-hanbai"
ANSWERED = "141003-kaitou"
WARDS = tuple(f"{ward.code}-hanbai" for ward in load_wards(None).wards)
POOL_SIZE = 4  # as in services/ward
ENOUGH = {1: 25_000, MAX_EVENTS: 80_000}
"""Facts prepared for each second, by the size of a request; if used up, the run ends early."""

Request = tuple[str, str, bytes]


class Ours:
    """One process's door and pools, as a service has them."""

    def __init__(self, door: Door, reader: Pool, projector: Pool, actor: UUID) -> None:
        """`actor` is 事務局 of every log."""
        self.door = door
        self.reader = reader
        self.projector = projector
        self.actor = actor
        self.projections = discover(load_calendar(None))
        self.facts = Facts()

    async def append(self, logs: Sequence[str], callers: int, size: int, seconds: float) -> float:
        """Facts per second through the door, `size` a request, the logs in turn."""
        many = int(ENOUGH[size] * seconds) // size
        requests = self._requests(logs, max(many, callers), size)
        return size * await drive(requests, [self._publish] * callers, seconds)

    async def fill(self, logs: Sequence[str], many: int) -> None:
        """Bring so many facts into the logs together."""
        each = -(-many // len(logs))
        for log in logs:
            for start in range(0, each, MAX_EVENTS):
                facts = self.facts.take(min(MAX_EVENTS, each - start))
                await self._publish((log, BATCH, batch(log, facts)))

    async def read(self, log: str, seconds: float) -> float:
        """Facts per second out of the feed, decoded."""
        began, position, done = time.perf_counter(), 0, 0
        while time.perf_counter() - began < seconds:
            entries = await eventlog.read_page(self.reader, log, position)
            done += len([entry.fact for entry in entries])
            position = entries[-1].position if len(entries) == eventlog.PAGE else 0
        return done / (time.perf_counter() - began)

    async def project(self, log: str, _seconds: float) -> float:
        """Facts per second into every answer, batch by batch as they come; for 10,000 new ones."""
        await self.fill([log], STATE)
        began, done = time.perf_counter(), 0
        while taken := await projecting.catch_up(self.projector, self.projections, log):
            done += taken
        return done / (time.perf_counter() - began)

    async def rebuild(self, log: str, _seconds: float) -> float:
        """Facts per second while every answer of a log is made anew."""
        head = await eventlog.read_head(self.reader, log)
        began = time.perf_counter()
        await projecting.rebuild(self.projector, self.projections, log, lambda _position: None)
        return head.position / (time.perf_counter() - began)

    def _requests(self, logs: Sequence[str], many: int, size: int) -> list[Request]:
        facts = self.facts.take(many * size)
        if size == 1:
            named = ((logs[n % len(logs)], fact) for n, fact in enumerate(facts))
            return [(log, STRUCTURED, event(log, fact)) for log, fact in named]
        groups = [facts[n * size : (n + 1) * size] for n in range(many)]
        turns = ((logs[n % len(logs)], group) for n, group in enumerate(groups))
        return [(log, BATCH, batch(log, group)) for log, group in turns]

    async def _publish(self, request: Request) -> None:
        await self.door.publish(*request, actor=self.actor)


@asynccontextmanager
async def opened(urls: Urls) -> AsyncIterator[Ours]:
    """Open the logs and the pools, and bring the first facts in."""
    assert urls.owner is not None
    actor = uuid4()
    owner = await connect(urls.owner)
    for log in (HOT, ANSWERED, *WARDS):
        await create_log(owner, log, keeper=log[:6], admin=actor, node="local")
    await owner.close()
    async with (
        await pool(urls.application, "ichi_writer", size=POOL_SIZE) as writer,
        await pool(urls.application, "ichi_reader", size=POOL_SIZE) as reader,
        await pool(urls.application, "ichi_projector", size=1) as projector,
        Door(writer) as door,
    ):
        ours = Ours(door, reader, projector, actor)
        await ours.fill([HOT], STATE)
        await ours.fill(WARDS, STATE)
        await ours.project(ANSWERED, 0)
        yield ours
