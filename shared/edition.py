"""One edition of a log's answers: takes entries in, answers, and is given to readers."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from shared import eventlog
from shared.driver import Connection
from shared.material import Gathering, Material, Row, year_of
from shared.questions import EVERY_YEAR, Projections

logger = logging.getLogger(__name__)

PAGE = 2000
"""Entries held in memory at a time."""
BATCH = 20_000
"""Entries taken in one transaction."""

BOOKMARK = "SELECT position FROM bookmark WHERE log = $1 AND edition = $2"
MOVE_BOOKMARK = """
INSERT INTO bookmark AS b (log, edition, position, not_understood) VALUES ($1, $2, $3, $4)
ON CONFLICT (log, edition) DO UPDATE
    SET position = $3, not_understood = b.not_understood + $4
"""
READ_PAGE = """
SELECT position, id, body, target FROM event
WHERE log = $1 AND position > $2 ORDER BY position LIMIT $3
"""
YEARS = "SELECT year FROM material WHERE log = $1 AND edition = $2 AND year <> $3 ORDER BY year"
MATERIAL = "SELECT body FROM material WHERE log = $1 AND edition = $2 AND year = $3"
KEEP_MATERIAL = """
INSERT INTO material (log, edition, year, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (log, edition, year) DO UPDATE SET body = $4
"""
KEEP_ANSWER = """
INSERT INTO answer (log, edition, year, question, body, why) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (log, edition, question, year) DO UPDATE SET body = $5, why = $6
"""
SKIP = """
INSERT INTO skipped (log, edition, position, question, why)
SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[], $5::text[])
"""
SERVE = """
INSERT INTO serving (log, edition) VALUES ($1, $2) ON CONFLICT (log) DO UPDATE SET edition = $2
"""
FORGET_OTHERS = tuple(
    f"DELETE FROM {table} WHERE log = $1 AND edition <> $2"  # noqa: S608 - names of ours
    for table in ("bookmark", "material", "answer", "skipped")
)


class Batch(NamedTuple):
    """What one transaction took in: how many entries, up to which position, of which years."""

    taken: int
    position: int
    years: Collection[int]
    at_head: bool


@dataclass(frozen=True)
class Edition:
    """Rows of one edition of one log, within the transaction of a connection that holds its lock.

    What takes long – a large year's material, its answers – is worked out in a thread beside, so
    that a process which also publishes and streams goes on doing so.

    `name` is the questions' edition, with a generation behind a dot when it was built again.
    """

    connection: Connection
    projections: Projections
    log: str
    name: str

    async def take_batch(self) -> Batch:
        """Take the next entries in and move the bookmark; the answers are left as they are."""
        gathering = Gathering(self.projections)
        start = await self.connection.fetchval(BOOKMARK, self.log, self.name) or 0
        position, at_head = start, False
        while position - start < BATCH and not at_head:
            rows: Sequence[Row] = await self._page(position)
            at_head = len(rows) < PAGE
            if rows:
                families = await self._families(rows)
                await asyncio.to_thread(gathering.take, rows, families)
                position = rows[-1][0]
        if position > start:
            await self._store(gathering, position)
        return Batch(position - start, position, gathering.years, at_head)

    async def answer(self, years: Collection[int]) -> None:
        """Answer every question anew about these years, or about all of them (EVERY_YEAR)."""
        if EVERY_YEAR in years:
            rows = await self.connection.fetch(YEARS, self.log, self.name, EVERY_YEAR)
            years = [year for (year,) in rows]
        every = await self._material(EVERY_YEAR)
        for year in years:
            here = await self._material(year)
            answers = await asyncio.to_thread(self._answers, year, here, every)
            await self.connection.executemany(KEEP_ANSWER, answers)

    async def build(self) -> Batch:
        """Take the next entries in; at the log's head answer everything and be served."""
        batch = await self.take_batch()
        if batch.at_head:
            await self.answer([EVERY_YEAR])
            await self._serve()
        return batch

    async def _serve(self) -> None:
        """Be given to readers from now on; all others are forgotten."""
        await self.connection.execute(SERVE, self.log, self.name)
        for statement in FORGET_OTHERS:
            await self.connection.execute(statement, self.log, self.name)

    async def _page(self, after: int) -> Sequence[Any]:
        return await self.connection.fetch(READ_PAGE, self.log, after, PAGE)

    async def _families(self, rows: Iterable[Row]) -> list[Row]:
        """The entries that corrections among these name, and all that name those."""
        named = {target for _, _, _, target in rows if target is not None}
        if not named:
            return []
        found = await self.connection.fetch(eventlog.READ_ABOUT, self.log, [], list(named))
        return [(row["position"], row["id"], row["body"], row["target"]) for row in found]

    async def _store(self, gathering: Gathering, position: int) -> None:
        for year, change in gathering.years.items():
            material = await self._material(year)
            body = await asyncio.to_thread(material.changed, change)
            await self.connection.execute(KEEP_MATERIAL, self.log, self.name, year, body)
        if gathering.skipped:
            positions, questions = zip(*gathering.skipped, strict=True)
            whys = list(gathering.skipped.values())
            await self.connection.execute(SKIP, self.log, self.name, positions, questions, whys)
        await self.connection.execute(
            MOVE_BOOKMARK, self.log, self.name, position, gathering.not_understood
        )

    async def _material(self, year: int) -> Material:
        body = await self.connection.fetchval(MATERIAL, self.log, self.name, year)
        return Material.empty() if body is None else await asyncio.to_thread(Material.decode, body)

    def _answers(self, year: int, here: Material, every: Material) -> list[tuple[object, ...]]:
        """Each question's row; one that raises leaves the error's name in the answer's place."""
        asked = year_of(self.projections, self.log, year, here, every)
        rows: list[tuple[object, ...]] = []
        for projection in self.projections.all:
            body = why = None
            try:
                body = msgspec.json.encode(asked.ask(projection.answer))
            except Exception as error:  # noqa: BLE001 - one question never harms the others
                why = type(error).__name__
                where = (projection.question, year, self.log, why)
                logger.error("%s cannot be answered for %d of %s: %s", *where)  # noqa: TRY400 - its words may hold a fact's
            rows.append((self.log, self.name, year, projection.question, body, why))
        return rows
