"""Append to logs and read them: the only SQL on the log's tables."""

import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from shared.chain import BEFORE_THE_FIRST, EPOCH
from shared.domain import role
from shared.domain.base import Fact
from shared.domain.catalogue import FACTS, GOVERNING, NotUnderstood, read
from shared.domain.fact import Corrected, Retracted
from shared.driver import Connection, Pool, border
from shared.errors import Conflict, NotFound, Unavailable

PAGE = 1000


class Head(msgspec.Struct, frozen=True):
    """Where a log has got to: its last position, and that entry's hash and time."""

    log: str
    position: int
    hash: bytes
    recorded_at: datetime


class Draft(msgspec.Struct, frozen=True):
    """An admitted fact on its way into the log; `body` is the exact bytes that were sent."""

    id: UUID
    actor: UUID
    fact: Fact
    body: bytes


class Receipt(msgspec.Struct, frozen=True):
    """What the publisher gets, and gets again for ever: where the fact stands."""

    id: UUID
    position: int
    hash: str
    recorded_at: datetime


class Entry(msgspec.Struct, frozen=True):
    """One entry of a log."""

    log: str
    position: int
    digest: bytes
    hash: bytes
    id: UUID
    recorded_at: datetime
    actor: UUID
    salt: bytes
    body: bytes
    type: str
    day: date | None
    subject: str
    target: UUID | None

    @property
    def columns(self) -> tuple[str, date | None, str, UUID | None]:
        """What was read out of the body for the indexes."""
        return self.type, self.day, self.subject, self.target

    @property
    def fact(self) -> Fact:
        """What it says, read tolerantly."""
        return read(self.body)

    @property
    def receipt(self) -> Receipt:
        """The publisher's receipt."""
        return Receipt(self.id, self.position, self.hash.hex(), self.recorded_at)


class ClockAhead(Unavailable):
    message = (
        "台帳の最後の記録が、今の時刻より5分以上先になっています。"
        "運用担当者に時計の確認（ichi log resume）を依頼してください"
    )


class NotUnderstoodHere(Unavailable):
    message = (
        "この台帳には、このサーバーより新しい権限や訂正の記録があります。"
        "サーバーを新しくするまで利用できません"
    )


LOCK_HEADS = "SELECT log, position, hash, recorded_at FROM lock_heads($1)"

APPEND = """
SELECT outcome, position, hash, recorded_at
FROM append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

BARRIER = "SELECT pg_logical_emit_message(true, 'ichi', 'already stored')"

# The outer row is made first, so row-level security knows the log in the same round trip: the
# inner query asks for it, and OFFSET 0 or LIMIT keeps the planner from turning the two around (then
# no row would be seen).
READ_HEAD = """
SELECT h.log, h.position, h.hash, h.recorded_at
FROM set_config('ichi.logs', $1, true) named
CROSS JOIN LATERAL (
    SELECT * FROM log_head WHERE log = $1 AND named IS NOT NULL OFFSET 0
) h
"""

READ_PAGE = """
SELECT e.log, e.position, e.digest, e.hash, e.id, e.recorded_at, e.actor, e.salt, e.body,
       e.type, e.day, e.subject, e.target
FROM set_config('ichi.logs', $1, true) named
CROSS JOIN LATERAL (
    SELECT * FROM event
    WHERE log = $1 AND position > $2 AND ($4::text IS NULL OR type = $4) AND named IS NOT NULL
    ORDER BY position LIMIT $3
) e
ORDER BY e.position
"""

READ_ABOUT = """
WITH RECURSIVE family AS (
    SELECT id, target FROM event WHERE log = $1 AND subject = ANY ($2)
    UNION
    SELECT id, target FROM event WHERE log = $1 AND id = ANY ($3)
    UNION
    SELECT e.id, e.target FROM family f CROSS JOIN LATERAL (
        SELECT id, target FROM event WHERE log = $1 AND id = f.target
        UNION ALL
        SELECT id, target FROM event WHERE log = $1 AND target = f.id
    ) e
)
SELECT e.log, e.position, e.digest, e.hash, e.id, e.recorded_at, e.actor, e.salt, e.body,
       e.type, e.day, e.subject, e.target
FROM event e WHERE e.log = $1 AND e.id IN (SELECT id FROM family) ORDER BY e.position
"""

UNKNOWN_GOVERNING = """
SELECT EXISTS (
    SELECT FROM event
    WHERE log = $1 AND type ~ '^(log|role|rule|fact)\\.' AND type <> ALL ($2)
) FROM set_config('ichi.logs', $1, true) named WHERE named IS NOT NULL
"""

POSITION_AT = """
SELECT coalesce(max(e.position), 0) FROM set_config('ichi.logs', $1, true) named
CROSS JOIN LATERAL (
    SELECT position FROM event WHERE log = $1 AND recorded_at <= $2 AND named IS NOT NULL
    ORDER BY position DESC LIMIT 1
) e
"""

READ_IDS = """
SELECT e.log, e.position, e.digest, e.hash, e.id, e.recorded_at, e.actor, e.salt, e.body,
       e.type, e.day, e.subject, e.target
FROM set_config('ichi.logs', $1, true) named
CROSS JOIN LATERAL (
    SELECT * FROM event WHERE log = $1 AND id = ANY ($2) AND named IS NOT NULL OFFSET 0
) e
ORDER BY e.position
"""

READ_RIGHTS = """
SELECT e.log, e.position, e.digest, e.hash, e.id, e.recorded_at, e.actor, e.salt, e.body,
       e.type, e.day, e.subject, e.target
FROM set_config('ichi.logs', $1, true) named
CROSS JOIN LATERAL (
    SELECT * FROM event
    WHERE log = $1 AND type ~ '^(log|role|rule|fact)\\.' AND type ~ '^(log|role)\\.'
        AND named IS NOT NULL
    OFFSET 0
) e
ORDER BY e.position
"""

LIST_HEADS = "SELECT log, position, hash, recorded_at FROM log_head ORDER BY log"
OPEN_LOG = "SELECT open_log($1)"
RESUME_LOG = "SELECT resume_log($1)"


async def lock_head(connection: Connection, log: str) -> Head:
    """Lock one log's head until the transaction ends; raises `NotFound`.

    What is read in this transaction after it is everything the log holds.
    """
    rows = await connection.fetch(LOCK_HEADS, [log])
    if not rows:
        raise NotFound("この台帳はありません。名前を確認してください")
    return _head(rows[0])


async def append(
    connection: Connection, head: Head, drafts: Sequence[Draft], now: datetime
) -> list[Receipt]:
    """Append to the log whose head is locked, all or nothing; raises `ClockAhead`, `ClockOff`."""
    columns = list(
        zip(
            *(
                (
                    head.log,
                    draft.id,
                    draft.actor,
                    secrets.token_bytes(16),
                    draft.body,
                    *columns_of(draft.fact),
                )
                for draft in drafts
            ),
            strict=True,
        )
    )
    rows = await connection.fetch(APPEND, now, [head.log], [head.position], *columns)
    outcomes = {row["outcome"] for row in rows}
    if "ahead" in outcomes:
        raise ClockAhead
    if outcomes != {"stored"}:
        raise Conflict
    return [
        Receipt(draft.id, row["position"], row["hash"].hex(), row["recorded_at"])
        for draft, row in zip(drafts, rows, strict=True)
    ]


async def confirm_stored(connection: Connection) -> None:
    """Make this transaction's COMMIT wait for the standby before "already stored" is answered.

    A write that timed out on a primary cut off from its standby is visible there though it may yet
    be lost; a retry that only reads waits for nobody (measured: 3 of 3 such answers lost). The
    message gives the transaction something to replicate.
    """
    await connection.execute(BARRIER)


async def read_about(
    connection: Connection, log: str, subjects: Iterable[str], ids: Iterable[UUID]
) -> list[Entry]:
    """Every entry about these subjects or with these ids, and all that names them or is named.

    For use after `lock_head`, in its transaction. In the order of the log.
    """
    rows = await connection.fetch(READ_ABOUT, log, list(subjects), list(ids))
    return [governed(_entry(row)) for row in rows]


async def require_understood(connection: Connection | Pool, log: str) -> None:
    """Raise `NotUnderstoodHere` where the log holds a governing fact that this code does not know.

    A right withdrawn in newer words would otherwise stay open.
    """
    known = [tag for tag in FACTS if tag.startswith(GOVERNING)]
    with border():
        if await connection.fetchval(UNKNOWN_GOVERNING, log, known):
            raise NotUnderstoodHere


def governed(entry: Entry) -> Entry:
    """The entry itself; raises `NotUnderstoodHere` for a governing one that cannot be read."""
    if entry.type.startswith(GOVERNING) and isinstance(entry.fact, NotUnderstood):
        raise NotUnderstoodHere
    return entry


async def read_head(pool: Connection | Pool, log: str) -> Head:
    """The log's head; raises `NotFound`."""
    with border():
        row = await pool.fetchrow(READ_HEAD, log)
    if row is None:
        raise NotFound("この台帳はありません。名前を確認してください")
    return _head(row)


async def read_page(
    pool: Connection | Pool, log: str, after: int, limit: int = PAGE, kind: str | None = None
) -> list[Entry]:
    """The next entries after a position, in order; `kind` leaves only that type."""
    with border():
        return [_entry(row) for row in await pool.fetch(READ_PAGE, log, after, limit, kind)]


async def read_all(
    pool: Connection | Pool, log: str, after: int = 0, upto: int | None = None
) -> AsyncIterator[Entry]:
    """Every entry after a position and up to another, page by page."""
    while page := await read_page(pool, log, after):
        for entry in page:
            if upto is not None and entry.position > upto:
                return
            yield entry
        after = page[-1].position


async def read_ids(pool: Connection | Pool, log: str, ids: Iterable[UUID]) -> list[Entry]:
    """These entries, in the order of the log."""
    with border():
        return [_entry(row) for row in await pool.fetch(READ_IDS, log, list(ids))]


async def read_rights(pool: Connection | Pool, log: str) -> role.State:
    """Who may say what in a log: the fold of its `log.*` and `role.*` facts."""
    with border():
        rows = await pool.fetch(READ_RIGHTS, log)
    return role.role.fold(governed(_entry(row)).fact for row in rows)  # type: ignore[misc]


async def position_at(pool: Connection | Pool, log: str, time: datetime) -> int:
    """The last position recorded by then; 0 where there is none."""
    with border():
        position: int = await pool.fetchval(POSITION_AT, log, time)
        return position


async def list_heads(pool: Connection | Pool) -> list[Head]:
    """Every log, by name; for a role that may see all logs."""
    with border():
        return [_head(row) for row in await pool.fetch(LIST_HEADS)]


async def open_log(
    connection: Connection, log: str, drafts: Sequence[Draft], now: datetime
) -> None:
    """Begin a log with its first facts; for the operator's connection, in a transaction."""
    with border():
        await connection.execute(OPEN_LOG, log)
        head = Head(log, 0, BEFORE_THE_FIRST, EPOCH)
        await append(connection, head, drafts, now)


async def resume_log(connection: Connection, log: str) -> datetime:
    """Accept that the head's time is ahead of the clock; returns that time. Raises `NotFound`."""
    with border():
        recorded_at: datetime | None = await connection.fetchval(RESUME_LOG, log)
    if recorded_at is None:
        raise NotFound("この台帳はありません。名前を確認してください")
    return recorded_at


def columns_of(fact: Fact) -> tuple[str, date | None, str, UUID | None]:
    """Type, day, subject and target, as the table's columns have them."""
    day = fact.fact.on if isinstance(fact, Corrected) else fact.on
    target = fact.target if isinstance(fact, Corrected | Retracted) else None
    return fact.tag(), day, fact.subject, target


def _head(row: asyncpg.Record) -> Head:
    return Head(row["log"], row["position"], row["hash"], row["recorded_at"])


def _entry(row: asyncpg.Record) -> Entry:
    values: tuple[Any, ...] = tuple(row)
    return Entry(*values)
