"""The engine: keeps answers up to date, or answers straight from the log; knows no question."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from shared import eventlog
from shared.domain.base import Fact
from shared.domain.catalogue import NotUnderstood, read
from shared.domain.effective import Effective, Holding
from shared.domain.fact import Corrected, Retracted
from shared.driver import Connection, Pool, border
from shared.eventlog import Entry
from shared.questions import EVERY_YEAR, Key, Projection, Projections, Year, year_from

BATCH = 1000

LAGGING = """
SELECT h.log FROM log_head h LEFT JOIN bookmark b USING (log)
WHERE b.position IS DISTINCT FROM h.position OR b.edition <> $1 ORDER BY h.log
"""
MINE = "SELECT pg_try_advisory_xact_lock(hashtext('ichi projecting'), hashtext($1))"
WAIT_FOR_MINE = "SELECT pg_advisory_xact_lock(hashtext('ichi projecting'), hashtext($1))"
BOOKMARK = "SELECT position, edition FROM bookmark WHERE log = $1"
MOVE_BOOKMARK = """
INSERT INTO bookmark (log, position, edition, not_understood) VALUES ($1, $2, $3, $4)
ON CONFLICT (log) DO UPDATE SET position = $2, edition = $3, recorded_at = now(),
    not_understood = CASE WHEN $5 THEN 0 ELSE bookmark.not_understood END + $4
"""
CLEAR = tuple(f"DELETE FROM {table} WHERE log = $1" for table in ("tally", "effective", "answer"))
BATCH_OF = """
SELECT log, position, digest, hash, id, recorded_at, actor, salt, body, type, day, subject, target
FROM event
WHERE log = $1 AND position > $2 ORDER BY position LIMIT $3
"""
ADD = """
INSERT INTO tally AS t (log, projection, year, key, weight)
SELECT $1, * FROM unnest($2::text[], $3::integer[], $4::bytea[], $5::bigint[])
ON CONFLICT (log, projection, year, key) DO UPDATE SET weight = t.weight + excluded.weight
"""
DROP_ZEROES = """
DELETE FROM tally t USING unnest($2::text[], $3::integer[], $4::bytea[]) z (projection, year, key)
WHERE t.log = $1 AND t.projection = z.projection AND t.year = z.year AND t.key = z.key
    AND t.weight = 0
"""
FORGET = "DELETE FROM effective WHERE log = $1 AND root = ANY ($2)"
KEEP = """
INSERT INTO effective (log, root, id, year, body)
SELECT $1, * FROM unnest($2::bigint[], $3::uuid[], $4::integer[], $5::bytea[])
"""
NOT_ANEW = False
YEARS = """
SELECT DISTINCT year FROM answer WHERE log = $1
"""
TALLIES = "SELECT projection, key, weight FROM tally WHERE log = $1 AND year = $2 AND weight > 0"
KEPT = """
SELECT root, id, body FROM effective WHERE log = $1 AND year = ANY ($2) ORDER BY root
"""
ANSWER = """
INSERT INTO answer (log, projection, year, position, body) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (log, projection, year) DO UPDATE SET position = $4, body = $5
"""
READ_ANSWERS = """
SELECT b.position, a.projection, a.body
FROM set_config('ichi.logs', $1, true) named
CROSS JOIN LATERAL (
    SELECT position FROM bookmark WHERE log = $1 AND named IS NOT NULL OFFSET 0
) b
LEFT JOIN LATERAL (
    SELECT projection, body FROM answer
    WHERE log = $1 AND year = $2 AND projection = ANY ($3) AND named IS NOT NULL
    OFFSET 0
) a ON true
"""


class Changes:
    """What a run of entries does to tallies and kept facts."""

    def __init__(self, projections: Projections, before: Iterable[Entry]) -> None:
        """`before`: earlier entries that the run's corrections name, with their families."""
        self._projections = projections
        self._keeps = projections.keeps
        self._effective = Effective()
        for entry in before:
            self._effective.say(entry.position, entry.id, entry.fact)
        self.tally: dict[tuple[str, int, bytes], int] = defaultdict(int)
        self.kept: dict[int, Holding | None] = {}
        self.touched: dict[int, int] = {}
        self.not_understood = 0

    def take(self, entry: Entry) -> None:
        """Add what the entry puts in place, and take back what it replaces."""
        fact = entry.fact
        if isinstance(fact, NotUnderstood):
            self.not_understood += 1
            return
        root = entry.position
        if isinstance(fact, Corrected | Retracted):
            target = self._effective.target(fact.target)
            before = self._effective.root(fact.target)
            if target is None or before is None or not target.effective:
                return
            root = before
            self._count(target.says, -1, entry.position)
            self._keep(root, None, target.says)
        self._effective.say(entry.position, entry.id, fact)
        held = self._effective.at(root)
        if held is not None:
            self._count(held.fact, +1, entry.position)
            self._keep(root, held, held.fact)

    def _count(self, fact: Fact, sign: int, position: int) -> None:
        year = EVERY_YEAR if fact.year is None else fact.year
        self.touched[year] = position
        for projection in self._projections.all:
            for key, weight in projection.contribute(fact):
                self.tally[projection.name, year, msgspec.json.encode(key)] += sign * weight

    def _keep(self, root: int, held: Holding | None, fact: Fact) -> None:
        if isinstance(fact, self._keeps):
            self.kept[root] = held


async def lagging(pool: Pool, projections: Projections) -> list[str]:
    """The logs whose answers are behind, or were made by another edition."""
    with border():
        return [log for (log,) in await pool.fetch(LAGGING, projections.edition)]


async def catch_up(pool: Pool, projections: Projections, log: str) -> int:
    """Project one more batch of a log; returns how many entries it took, 0 when there are none.

    Rows and bookmark move in one transaction. A log that another worker is at is left alone.
    Answers of another edition are made anew within one transaction, so readers see old or new.
    """
    with border():
        async with pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(MINE, log):
                return 0
            row = await connection.fetchrow(BOOKMARK, log)
            if row is None or row["edition"] != projections.edition:
                return await _anew(connection, projections, log)
            entries = await _batch(connection, log, row["position"])
            if entries:
                skipped = await _project(connection, projections, log, entries)
                position = entries[-1].position
                counted = (position, projections.edition, skipped)
                await connection.execute(MOVE_BOOKMARK, log, *counted, NOT_ANEW)
            return len(entries)


async def rebuild(
    pool: Pool, projections: Projections, log: str, progress: Callable[[int], None]
) -> None:
    """Make a log's answers anew, in one transaction; `progress` is told each position reached."""
    with border():
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(WAIT_FOR_MINE, log)
            await _anew(connection, projections, log, progress)


async def _anew(
    connection: Connection,
    projections: Projections,
    log: str,
    progress: Callable[[int], None] = lambda _position: None,
) -> int:
    for statement in CLEAR:
        await connection.execute(statement, log)
    position = taken = 0
    while entries := await _batch(connection, log, position):
        skipped = await _project(connection, projections, log, entries)
        position = entries[-1].position
        await connection.execute(
            MOVE_BOOKMARK, log, position, projections.edition, skipped, taken == 0
        )
        taken += len(entries)
        progress(position)
    return taken


async def _batch(connection: Connection, log: str, position: int) -> list[Entry]:
    return [Entry(*row) for row in await connection.fetch(BATCH_OF, log, position, BATCH)]


async def _project(
    connection: Connection, projections: Projections, log: str, entries: list[Entry]
) -> int:
    """Store what these entries change; returns how many of them were not understood."""
    facts = [entry.fact for entry in entries]
    named = {fact.target for fact in facts if isinstance(fact, Corrected | Retracted)}
    first = entries[0].position
    before = [
        entry
        for entry in (await eventlog.read_about(connection, log, (), named) if named else ())
        if entry.position < first
    ]
    changes = Changes(projections, before)
    for entry in entries:
        changes.take(entry)
    await _store(connection, log, changes)
    touched = dict(changes.touched)
    every_year = touched.pop(EVERY_YEAR, 0)
    if every_year:
        touched = {year: 0 for (year,) in await connection.fetch(YEARS, log)} | touched
    for year, last in touched.items():
        position = max(last, every_year)
        material = await _load(connection, projections, log, year)
        for name, answer in projections.answers(material).items():
            await connection.execute(ANSWER, log, name, year, position, msgspec.json.encode(answer))
    return changes.not_understood


async def _store(connection: Connection, log: str, changes: Changes) -> None:
    weights = {key: weight for key, weight in changes.tally.items() if weight}
    if weights:
        names, years, keys = (list(column) for column in zip(*weights, strict=True))
        await connection.execute(ADD, log, names, years, keys, list(weights.values()))
        await connection.execute(DROP_ZEROES, log, names, years, keys)
    if changes.kept:
        await connection.execute(FORGET, log, list(changes.kept))
        kept = [held for held in changes.kept.values() if held is not None]
        await connection.execute(
            KEEP,
            log,
            [held.root for held in kept],
            [held.id for held in kept],
            [held.fact.year or EVERY_YEAR for held in kept],
            [msgspec.json.encode(held.fact) for held in kept],
        )


async def _load(connection: Connection, projections: Projections, log: str, year: int) -> Year:
    kinds = {projection.name: projection.key for projection in projections.all}
    tallies: dict[str, dict[Key, int]] = {name: {} for name in kinds}
    for name, key, weight in await connection.fetch(TALLIES, log, year):
        tallies[name][msgspec.json.decode(key, type=kinds[name])] = weight
    kept = [
        Holding(root, event, read(body))
        for root, event, body in await connection.fetch(KEPT, log, [EVERY_YEAR, year])
    ]
    return Year(log, year, tallies, kept, projections.calendar)


async def effective_facts(pool: Pool, log: str, upto: int | None = None) -> Effective:
    """Everything that holds as of a position (None: now), straight from the log."""
    effective = Effective()
    async for entry in eventlog.read_all(pool, log, upto=upto):
        effective.say(entry.position, entry.id, eventlog.governed(entry).fact)
    return effective


async def read_answers(
    pool: Pool,
    projections: Projections,
    log: str,
    fiscal_year: int,
    wanted: Iterable[Projection[Any]] | None = None,
) -> tuple[int, dict[str, msgspec.Struct]]:
    """The stored answers about a year, and the position up to which the log has been projected.

    All, or those of the wanted questions, by name and from one snapshot. A year without facts has
    the answers of an empty one.
    """
    asked = projections.all if wanted is None else wanted
    kinds = {projection.name: projection.kind for projection in asked}
    with border():
        rows = await pool.fetch(READ_ANSWERS, log, fiscal_year, list(kinds))
    found: dict[str, msgspec.Struct] = {
        row["projection"]: msgspec.json.decode(row["body"], type=kinds[row["projection"]])
        for row in rows
        if row["projection"] in kinds
    }
    position = rows[0]["position"] if rows else 0
    if len(found) < len(kinds):
        found = projections.answers(year_from(projections, log, fiscal_year, ()))
    return position, found
