"""Append to logs and read them: the only SQL on the log's tables."""

import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from itertools import accumulate, starmap
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from shared.chain import BEFORE_THE_FIRST
from shared.domain import role
from shared.domain.base import Fact
from shared.domain.catalogue import FACTS, GOVERNING, UPCASTERS, NotUnderstood, read
from shared.domain.fact import CORRECTING, Corrected
from shared.driver import Connection, Pool, border
from shared.errors import Conflict, NotFound, Unavailable

PAGE = 1000


class Head(msgspec.Struct, frozen=True):
    """Where a log has got to: its last position, and that entry's hash and time."""

    log: str
    position: int
    hash: bytes
    recorded_at: datetime


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """What the publisher gets, and gets again for ever: where the fact stands."""

    id: UUID
    position: int
    hash: str
    recorded_at: datetime


class Draft(msgspec.Struct, frozen=True, gc=False):
    """An admitted fact on its way into the log; `body` is the exact bytes that were sent."""

    id: UUID
    actor: UUID
    fact: Fact
    subject: str
    body: bytes


class Part(msgspec.Struct, frozen=True):
    """One log's share of a flush: what shall follow the entry whose hash is thought its head's."""

    log: str
    head: bytes
    drafts: Sequence[Draft]


Outcome = Literal["stored", "moved", "known", "ahead"]


class Appended(msgspec.Struct, frozen=True):
    """What became of a part: stored, with its receipts; or nothing of it was written.

    Its head is elsewhere or held by another transaction ('moved'), one of its ids stands in the log
    already ('known'), or the head's time is over five minutes ahead of the clock ('ahead').
    """

    outcome: Outcome
    receipts: Sequence[Receipt] = ()


class Entry(msgspec.Struct, frozen=True, gc=False):
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
SELECT outcome, position, recorded_at, hashes
FROM append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
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

# The same for the way that is read most: a condition without columns is tried once, before the scan
# begins, and the rows come in the index's order, unsorted.
READ_PAGE = """
SELECT log, position, digest, hash, id, recorded_at, actor, salt, body, type, day, subject, target
FROM event
WHERE log = $1 AND position > $2 AND ($4::text IS NULL OR type = $4)
    AND (SELECT set_config('ichi.logs', $1, true)) IS NOT NULL
ORDER BY position LIMIT $3
"""

READ_DIGESTS = """
SELECT e.digest
FROM set_config('ichi.logs', $1, true) named
CROSS JOIN LATERAL (
    SELECT position, digest FROM event
    WHERE log = $1 AND position > $2 AND position <= $3 AND named IS NOT NULL
    OFFSET 0
) e
ORDER BY e.position
"""

READ_ABOUT = """
WITH RECURSIVE family AS (
    SELECT e.id, e.target FROM set_config('ichi.logs', $1, true) named
    CROSS JOIN LATERAL (
        SELECT id, target FROM event WHERE log = $1 AND subject = ANY ($2) AND named IS NOT NULL
        UNION ALL
        SELECT id, target FROM event WHERE log = $1 AND id = ANY ($3) AND named IS NOT NULL
        OFFSET 0
    ) e
    UNION
    SELECT e.id, e.target FROM family f CROSS JOIN LATERAL (
        SELECT id, target FROM event WHERE log = $1 AND id = f.target
        UNION ALL
        SELECT id, target FROM event WHERE log = $1 AND target = f.id
    ) e
)
SELECT e.log, e.position, e.digest, e.hash, e.id, e.recorded_at, e.actor, e.salt, e.body,
       e.type, e.day, e.subject, e.target
FROM (SELECT DISTINCT id FROM family OFFSET 0) f
CROSS JOIN LATERAL (SELECT * FROM event WHERE log = $1 AND id = f.id OFFSET 0) e
ORDER BY e.position
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
    connection: Connection | Pool, parts: Sequence[Part], now: datetime
) -> list[Appended]:
    """Append to many logs in one statement, each log's part all or nothing; raises `ClockOff`.

    Outside a transaction it is one of its own: what it says is stored is durable. A head that
    another transaction holds is not waited for. Parts are in the order of their logs' names.
    """
    lasts = list(accumulate(len(part.drafts) for part in parts))
    rows = await connection.fetch(
        APPEND,
        now,
        [part.log for part in parts],
        [part.head for part in parts],
        [1, *(last + 1 for last in lasts[:-1])],
        lasts,
        *_columns([draft for part in parts for draft in part.drafts]),
    )
    return [
        Appended(outcome, _receipts(part, position, recorded_at, hashes))
        if outcome == "stored"
        else Appended(outcome)
        for part, (outcome, position, recorded_at, hashes) in zip(parts, rows, strict=True)
    ]


def _columns(drafts: Sequence[Draft]) -> tuple[Sequence[Any], ...]:
    salts = secrets.token_bytes(16 * len(drafts))
    return (
        [draft.id for draft in drafts],
        [draft.actor for draft in drafts],
        [salts[n : n + 16] for n in range(0, len(salts), 16)],
        [draft.body for draft in drafts],
        [draft.fact.tag() for draft in drafts],
        [_day_of(draft.fact) for draft in drafts],
        [draft.subject for draft in drafts],
        [_target_of(draft.fact) for draft in drafts],
    )


def _receipts(
    part: Part, position: int, recorded_at: datetime, hashes: Sequence[bytes]
) -> list[Receipt]:
    return [
        Receipt(draft.id, position + n, entry_hash.hex(), recorded_at)
        for n, (draft, entry_hash) in enumerate(zip(part.drafts, hashes, strict=True), 1)
    ]


async def confirm_stored(connection: Connection) -> None:
    """Make this transaction's COMMIT wait for the standby before "already stored" is answered.

    A write that timed out on a primary cut off from its standby is visible there though it may yet
    be lost; a retry that only reads waits for nobody (measured: 3 of 3 such answers lost). The
    message gives the transaction something to replicate.
    """
    await connection.execute(BARRIER)


async def read_about(
    connection: Connection | Pool, log: str, subjects: Iterable[str], ids: Iterable[UUID]
) -> list[Entry]:
    """Every entry about these subjects or with these ids, and all that names them or is named.

    In the order of the log.
    """
    rows = await connection.fetch(READ_ABOUT, log, list(subjects), list(ids))
    return [governed(_entry(row)) for row in rows]


async def require_understood(connection: Connection | Pool, log: str) -> None:
    """Raise `NotUnderstoodHere` where the log holds a governing fact that this code does not know.

    A right withdrawn in newer words would otherwise stay open.
    """
    known = [tag for tag in (*FACTS, *UPCASTERS) if tag.startswith(GOVERNING)]
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
        return [*starmap(Entry, await pool.fetch(READ_PAGE, log, after, limit, kind))]


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


async def read_digests(pool: Connection | Pool, log: str, after: int, upto: int) -> list[bytes]:
    """The digests of the entries after a position and up to another, in order."""
    with border():
        return [digest for (digest,) in await pool.fetch(READ_DIGESTS, log, after, upto)]


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
        (appended,) = await append(connection, [Part(log, BEFORE_THE_FIRST, drafts)], now)
        if appended.outcome != "stored":
            raise Conflict


async def resume_log(connection: Connection, log: str) -> datetime:
    """Accept that the head's time is ahead of the clock; returns that time. Raises `NotFound`."""
    with border():
        recorded_at: datetime | None = await connection.fetchval(RESUME_LOG, log)
    if recorded_at is None:
        raise NotFound("この台帳はありません。名前を確認してください")
    return recorded_at


def columns_of(fact: Fact) -> tuple[str, date | None, str, UUID | None]:
    """Type, day, subject and target, as the table's columns have them."""
    return fact.tag(), _day_of(fact), fact.subject, _target_of(fact)


def _day_of(fact: Fact) -> date | None:
    return fact.fact.on if type(fact) is Corrected else fact.on


def _target_of(fact: Fact) -> UUID | None:
    return fact.target if type(fact) in CORRECTING else None  # type: ignore[attr-defined]


def _head(row: asyncpg.Record) -> Head:
    return Head(row["log"], row["position"], row["hash"], row["recorded_at"])


def _entry(row: asyncpg.Record) -> Entry:
    values: tuple[Any, ...] = tuple(row)
    return Entry(*values)
