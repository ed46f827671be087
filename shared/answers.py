"""What readers are given: the stored answers, or the same straight from the log."""

from collections.abc import Iterable
from typing import Any

import asyncpg
import msgspec

from shared import eventlog
from shared.domain.effective import Effective
from shared.driver import Pool, border
from shared.errors import Unavailable
from shared.material import Material
from shared.questions import EVERY_YEAR, Projection, Projections, Year, year_from

# One statement, so one snapshot: the edition that is served, where it stands, and its answers. The
# material of every year comes only where the year has no answers: it has no facts of its own then.
READ_ANSWERS = """
SELECT s.edition, b.position, a.question, a.body, a.why, m.body AS every_year
FROM set_config('ichi.logs', $1, true) named
CROSS JOIN LATERAL (
    SELECT edition FROM serving WHERE log = $1 AND named IS NOT NULL OFFSET 0
) s
CROSS JOIN LATERAL (
    SELECT position FROM bookmark
    WHERE log = $1 AND edition = s.edition AND named IS NOT NULL OFFSET 0
) b
LEFT JOIN LATERAL (
    SELECT question, body, why FROM answer
    WHERE log = $1 AND edition = s.edition AND year = $2 AND question = ANY ($3)
        AND named IS NOT NULL
    OFFSET 0
) a ON true
LEFT JOIN LATERAL (
    SELECT body FROM material
    WHERE log = $1 AND edition = s.edition AND year = $4 AND a.question IS NULL
        AND named IS NOT NULL
    OFFSET 0
) m ON true
"""

Found = dict[str, msgspec.Struct]
"""Answers by the names of their questions."""


class NotAnswered(Unavailable):
    message = (
        "この年度の集計に失敗したため、今は表示できません。記録は残っています。"
        "運用担当者に連絡してください（ichi freshness で確かめられます）"
    )


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
) -> tuple[int, Found]:
    """The answers about a year to all or the wanted questions, and the position they stand at.

    All are of one edition and from one snapshot: stored ones of these very questions, else worked
    out from the log. Raises `NotAnswered` where the code of a wanted question failed.
    """
    asked = {each.question: each for each in wanted or projections.all}
    with border():
        rows = await pool.fetch(READ_ANSWERS, log, fiscal_year, list(asked), EVERY_YEAR)
    stored = [row for row in rows if row["question"] is not None]
    if any(row["why"] is not None for row in stored):
        raise NotAnswered
    if len(stored) == len(asked):
        return stored[0]["position"], {
            asked[row["question"]].name: _decode(asked[row["question"]], row["body"])
            for row in stored
        }
    if rows and not stored and projections.made(rows[0]["edition"]):
        year = _without_facts(projections, log, fiscal_year, rows[0])
        return rows[0]["position"], _ask(asked.values(), year)
    head = await eventlog.read_head(pool, log)
    effective = await effective_facts(pool, log, head.position)
    year = year_from(projections, log, fiscal_year, effective)
    return head.position, _ask(asked.values(), year)


def _ask(asked: Iterable[Projection[Any]], year: Year) -> Found:
    try:
        return {each.name: year.ask(each.answer) for each in asked}
    except Exception as error:
        raise NotAnswered from error


def _decode(question: Projection[Any], body: bytes) -> msgspec.Struct:
    found: msgspec.Struct = msgspec.json.decode(body, type=question.kind)
    return found


def _without_facts(
    projections: Projections, log: str, fiscal_year: int, row: asyncpg.Record
) -> Year:
    """A year that has none of its own: names, merges and rules hold for it all the same."""
    every = row["every_year"]
    holdings = [] if every is None else Material.decode(every).holdings()
    return year_from(projections, log, fiscal_year, sorted(holdings))
