"""Two hundred logs filled quickly: the rows that the door would have stored, by COPY."""

import asyncio
import multiprocessing
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from shared import chain
from shared.domain.stall import Held
from shared.eventlog import Head
from shared.ids import id_of, new_id
from shared.opening import create_log
from shared.postgres import connect
from shared.wards import load_wards
from tests.bench.facts import body

LOGS = tuple(f"{ward.code}-k{n}" for n in range(12) for ward in load_wards(None).wards)[:200]
SALES = [id_of("growth", "sale", str(n)) for n in range(7)]
VENDORS = [id_of("growth", "vendor", str(n)) for n in range(40)]
YEAR = 2025
"""The fiscal year that has the same facts in a small log and in a large one."""
ALIKE = 50
"""Facts of that year; a log's further facts lie in the twenty years before."""
FILL_SECONDS = 600.0
PROCESSES = 2

COLUMNS = (
    "log", "position", "digest", "hash", "id", "recorded_at", "actor", "salt", "body",
    "type", "day", "subject",
)  # fmt: skip
HEAD = "SELECT log, position, hash, recorded_at FROM log_head WHERE log = $1"
MOVE_HEAD = "UPDATE log_head SET position = $2, hash = $3, recorded_at = $4 WHERE log = $1"


def actor_of(log: str) -> UUID:
    """A log's first 管理者 and 事務局."""
    return id_of("growth", "actor", log)


async def open_logs(owner_url: str) -> None:
    """Open every log as an operator does."""
    owner = await connect(owner_url)
    for log in LOGS:
        await create_log(owner, log, keeper=log[:6], admin=actor_of(log), node="local")
    await owner.close()


def fill(superuser_url: str, each: int) -> None:
    """Bring so many facts into each log; only a superuser may COPY past row-level security."""
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(PROCESSES, context) as processes:
        shares = [
            processes.submit(_fill, superuser_url, LOGS[n::PROCESSES], each)
            for n in range(PROCESSES)
        ]
        for share in shares:
            share.result()


def held(number: int) -> Held:
    """One stall; no sale and day comes twice."""
    sale = SALES[number % len(SALES)]
    vendors = tuple(VENDORS[(number + n) % len(VENDORS)] for n in range(4))
    if number < ALIKE:
        return Held(sale, date(YEAR, 4, 1) + timedelta(days=7 * (number // len(SALES))), vendors)
    return Held(sale, date(YEAR, 3, 31) - timedelta(days=number // len(SALES)), vendors)


def _fill(superuser_url: str, logs: Sequence[str], each: int) -> None:
    asyncio.run(_fill_all(superuser_url, logs, each))


async def _fill_all(superuser_url: str, logs: Sequence[str], each: int) -> None:
    connection = await connect(superuser_url)
    for log in logs:
        row = await connection.fetchrow(HEAD, log)
        assert row is not None
        last = [Head(*row)]
        await connection.copy_records_to_table(
            "event",
            records=_rows(last, each),
            columns=COLUMNS,
            timeout=FILL_SECONDS,
        )
        (head,) = last
        await connection.execute(MOVE_HEAD, log, head.position, head.hash, head.recorded_at)
    await connection.close()


def _rows(last: list[Head], each: int) -> Iterator[tuple[object, ...]]:
    """The rows behind a head, which moves along."""
    (head,) = last
    before, at, actor = head.hash, head.recorded_at, actor_of(head.log)
    for number in range(each):
        position = head.position + 1 + number
        content, day, subject = _content(number)
        event, salt = new_id(), secrets.token_bytes(16)
        digest = chain.digest_of(salt, event, at, actor, content)
        before = chain.hash_of(before, head.log, position, digest)
        yield (
            head.log, position, digest, before, event, at, actor, salt, content,
            "stall.held", day, subject,
        )  # fmt: skip
    last[0] = Head(head.log, head.position + each, before, at)


@cache
def _content(number: int) -> tuple[bytes, date, str]:
    fact = held(number)
    return body(fact), fact.day, fact.subject
