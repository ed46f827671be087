"""Names of persons: the one erasable table, in a database of its own."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from shared.domain.base import Fact
from shared.domain.person import Forgotten
from shared.driver import Connection, Pool, border

READ = "SELECT person, name FROM person_name WHERE log = $1"

HOLD = """
INSERT INTO person_name (log, person, name) VALUES ($1, $2, $3)
ON CONFLICT (log, person) DO UPDATE SET name = $3
"""

ERASE = "DELETE FROM person_name WHERE log = $1 AND person = $2"

READ_REMARKS = """
SELECT cell, text FROM officer_remark WHERE log = $1 AND fiscal_year = $2 ORDER BY cell, text
"""

CLEAR_REMARKS = "DELETE FROM officer_remark WHERE log = $1 AND fiscal_year = $2"

HOLD_REMARK = """
INSERT INTO officer_remark (log, fiscal_year, cell, text) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
"""


async def read_names(pool: Pool | Connection, log: str) -> dict[UUID, str]:
    """The names held for a log, by person id."""
    with border():
        return {row["person"]: row["name"] for row in await pool.fetch(READ, log)}


async def hold_names(pool: Pool, log: str, names: Mapping[UUID, str]) -> None:
    """Hold names for a log; a person's later name replaces the earlier."""
    with border():
        await pool.executemany(HOLD, [(log, person, name) for person, name in names.items()])


async def erase_forgotten(pool: Pool, log: str, facts: Iterable[Fact]) -> None:
    """Erase the names of everybody that a `person.forgotten` among these facts speaks of."""
    for fact in facts:
        if isinstance(fact, Forgotten):
            await erase_name(pool, log, fact.person)


async def erase_name(pool: Pool, log: str, person: UUID) -> None:
    """Erase a name; nothing happens where none is held."""
    with border():
        await pool.execute(ERASE, log, person)


async def read_officer_remarks(pool: Pool, log: str, fiscal_year: int) -> list[tuple[str, str]]:
    """What was not understood in the officer cells of a year's form: (cell, text)."""
    with border():
        return [tuple(row) for row in await pool.fetch(READ_REMARKS, log, fiscal_year)]


async def hold_officer_remarks(
    pool: Pool, log: str, fiscal_year: int, remarks: Iterable[tuple[str, str]]
) -> None:
    """Replace what is held of a year's officer cells."""
    with border():
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(CLEAR_REMARKS, log, fiscal_year)
            rows = [(log, fiscal_year, cell, text) for cell, text in remarks]
            await connection.executemany(HOLD_REMARK, rows)
