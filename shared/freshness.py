"""How far answers are behind the logs: the events not yet projected, and how long they wait."""

import msgspec

from shared.driver import Pool, border
from shared.errors import NotFound
from shared.questions import Projections

NAME_LOG = "SELECT set_config('ichi.logs', $1, true)"
# A question that the served edition does not answer stands at position 0: readers wait for an
# evaluation of the whole log.
FRESHNESS = """
SELECT q.question, coalesce(b.position, 0) AS position, h.position AS head,
    h.position - coalesce(b.position, 0) AS events,
    coalesce((
        SELECT greatest(round(extract(epoch FROM clock_timestamp() - recorded_at), 3), 0)
        FROM event WHERE log = $1 AND position = coalesce(b.position, 0) + 1
    ), 0)::float AS seconds,
    coalesce(b.not_understood, 0) AS not_understood,
    (SELECT count(*) FROM skipped
     WHERE log = $1 AND edition = b.edition AND question = q.question) AS skipped,
    (SELECT count(*) FROM answer
     WHERE log = $1 AND edition = b.edition AND question = q.question
        AND why IS NOT NULL) AS unanswered,
    (SELECT max(position) FROM bookmark
     WHERE log = $1 AND edition IS DISTINCT FROM served.edition) AS building
FROM log_head h
CROSS JOIN unnest($2::text[]) q (question)
LEFT JOIN serving served ON served.log = $1
LEFT JOIN bookmark b ON b.log = $1 AND b.edition = served.edition AND (
    split_part(served.edition, '.', 1) = $3
    OR EXISTS (
        SELECT FROM answer
        WHERE log = $1 AND edition = served.edition AND question = q.question
    )
)
WHERE h.log = $1 ORDER BY q.question
"""
BEHIND = """
SELECT coalesce(sum(h.position - coalesce(b.position, 0)), 0)::bigint,
    greatest(
        coalesce(max(round(extract(epoch FROM clock_timestamp() - e.recorded_at), 3)), 0), 0
    )::float
FROM log_head h
LEFT JOIN serving s ON s.log = h.log
LEFT JOIN bookmark b ON b.log = h.log AND b.edition = s.edition
JOIN event e ON e.log = h.log AND e.position = coalesce(b.position, 0) + 1
"""


class Freshness(msgspec.Struct, frozen=True):
    """How far one question's answers are behind one log.

    `seconds` is how long the oldest entry not in them has waited. `skipped` entries are left out of
    them because the question's code failed, and so are `unanswered` years. `building` is the
    position that answers being built anew have reached; None where none are.
    """

    question: str
    position: int
    head: int
    events: int
    seconds: float
    not_understood: int
    skipped: int
    unanswered: int
    building: int | None


class Behind(msgspec.Struct, frozen=True):
    """Over all logs: events not yet projected, and how long the oldest of them has waited."""

    events: int
    seconds: float


async def freshness(pool: Pool, projections: Projections, log: str) -> list[Freshness]:
    """Each question of these, by name; raises `NotFound`."""
    questions = [projection.question for projection in projections.all]
    with border():
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(NAME_LOG, log)
            rows = await connection.fetch(FRESHNESS, log, questions, projections.edition)
    if not rows:
        raise NotFound("この台帳はありません。名前を確認してください")
    return [Freshness(*row) for row in rows]


async def behind(pool: Pool) -> Behind:
    """What readers are given, over all logs; for a role that may see them all."""
    with border():
        row = await pool.fetchrow(BEHIND)
    assert row is not None  # noqa: S101 - an aggregate has one row
    return Behind(*row)
