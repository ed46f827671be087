"""What the ward's handlers work with, and how it is put together."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

import msgspec

from shared import eventlog
from shared.auth.tokens import Caller, Finder
from shared.domain.base import JAPAN, Fact, fiscal_year_of
from shared.domain.fact import Corrected, Retracted
from shared.driver import Pool
from shared.envelope import parse
from shared.eventlog import Receipt
from shared.following import Hub, following
from shared.names import erase_forgotten
from shared.notary import Notary
from shared.postgres import Urls, pool
from shared.projections import discover
from shared.projections.oddities import Oddity
from shared.publishing import Door, now
from shared.reports.answering import Answers
from shared.settings import Settings
from shared.wards import load_calendar, load_wards
from shared.web.credentials import Gate
from shared.web.feed import source_of
from shared.web.health import Pulse


class Published(msgspec.Struct, frozen=True):
    """Receipts in the order of what was sent, and where its warnings are complete before long."""

    receipts: list[Receipt]
    warnings: str


class Warned(msgspec.Struct, frozen=True):
    fiscal_year: int
    warnings: tuple[Oddity, ...]


class Warnings(msgspec.Struct, frozen=True):
    """`position`: up to where the log has been looked through; complete once that reaches `at`."""

    position: int
    complete: bool
    years: list[Warned]


@dataclass(frozen=True)
class Ward:
    """The door, the answers and the gate, over pools that act as different roles."""

    door: Door
    reader: Pool
    gate: Gate
    answers: Answers
    pulse: Pulse
    notary: Notary
    hub: Hub
    clock: Callable[[], datetime] = now

    @property
    def today(self) -> date:
        """The day in Japan."""
        return self.clock().astimezone(JAPAN).date()

    async def publish(
        self, caller: Caller, content_type: str, body: bytes, expected: int | None
    ) -> Published:
        """Through the one door; raises what `Door.publish` does."""
        proposals = parse(caller.log, content_type, body)
        receipts = await self.door.admit(caller.log, proposals, caller.actor, expected)
        facts = [proposal.fact for proposal in proposals]
        await erase_forgotten(self.answers.names, caller.log, facts)
        years = await self._years(caller.log, facts)
        at = max(receipt.position for receipt in receipts)
        query = urlencode({"fiscal_year": years, "at": at}, doseq=True)
        return Published(receipts, f"{source_of(caller.log)}/warnings?{query}")

    async def warnings(self, log: str, years: Iterable[int], at: int) -> Warnings:
        """What looks odd in these years (none: this one)."""
        found = {}
        for year in years or [fiscal_year_of(self.today)]:
            found[year] = await self.answers.warnings(log, year)
        position = min(position for position, _ in found.values())
        warned = [Warned(year, odd.warnings) for year, (_, odd) in found.items()]
        return Warnings(position, position >= at, warned)

    async def _years(self, log: str, facts: Iterable[Fact]) -> list[int]:
        """The years whose warnings the facts may change; of all years, this one."""
        named = {fact.target for fact in facts if isinstance(fact, Corrected | Retracted)}
        before = await eventlog.read_ids(self.reader, log, named) if named else []
        years = set()
        for fact in (*facts, *(entry.fact for entry in before)):
            content = fact.fact if isinstance(fact, Corrected) else fact
            if not isinstance(content, Retracted):
                years.add(content.year or fiscal_year_of(self.today))
        return sorted(years)


@asynccontextmanager
async def opened(
    urls: Urls, settings: Settings, changed: Callable[[], None]
) -> AsyncIterator[Ward]:
    """Open the pools in the running loop and close them again; raises `Unavailable`, `BadSetting`.

    `changed` is called when something may have been published, here or by another process.
    The names' database has no roles: whoever may connect may read, hold and erase names.
    """
    wards = load_wards(settings.wards)
    projections = discover(load_calendar(settings.holidays))
    async with AsyncExitStack() as stack:

        async def open_pool(url: str, role: str, size: int) -> Pool:
            return await stack.enter_async_context(await pool(url, role, size=size))

        reader = await open_pool(urls.application, "ichi_reader", 8)
        writer = await open_pool(urls.application, "ichi_writer", 4)
        every_log = await open_pool(urls.application, "ichi_projector", 1)
        hub = await stack.enter_async_context(following(urls.application, changed))
        door = Door(writer, node=settings.node, published=hub.published)
        yield Ward(
            door=await stack.enter_async_context(door),
            reader=reader,
            gate=Gate(Finder(await open_pool(urls.application, "ichi_auth", 2)), reader, wards),
            answers=Answers(reader, await open_pool(urls.names, "none", 2), projections, wards),
            pulse=Pulse(every_log, Notary(settings, every_log)),
            notary=Notary(settings, reader),
            hub=hub,
        )
