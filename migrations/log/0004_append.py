"""Many logs' facts in one flush: one answer a log, and no waiting for a head."""

from alembic import op

revision = "0004"
down_revision = "0003"

# `p_heads` are hashes: whoever judged by another history than this one's is told that it moved.
# `p_firsts` and `p_lasts` say which of the entries are each log's. One row comes back for each log,
# in the order asked; `outcome` is
#   'stored'  the entries stand after `position`, chained by `hashes`, all at `recorded_at`
#   'moved'   the head is not where the caller thinks, or another transaction holds it
#   'known'   one of the ids stands in the log already
#   'ahead'   the head is over five minutes ahead of the clock
# and nothing of a log that is not stored is written: one log's conflict harms no other's entries.
# A head that somebody holds is skipped, not waited for: the flush is never slower than its logs.
#
# The same few statements do for any number of logs. The planner is kept from scanning: a plan made
# while the table was small would be kept for long.
APPEND = """
DROP FUNCTION append;

CREATE FUNCTION append(
    p_now timestamptz, p_logs text[], p_heads bytea[], p_firsts integer[], p_lasts integer[],
    e_id uuid[], e_actor uuid[], e_salt bytea[], e_body bytea[],
    e_type text[], e_day date[], e_subject text[], e_target uuid[]
)
RETURNS TABLE (outcome text, "position" bigint, recorded_at timestamptz, hashes bytea[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
    now_ timestamptz := clock_timestamp();
    h_log text[];
    h_outcome text[];
    h_position bigint[];
    h_hash bytea[];
    h_recorded_at timestamptz[];
    h_first integer[];
    h_last integer[];
    entry record;
    chain bytea;
    digests bytea[] := array_fill(NULL::bytea, ARRAY[cardinality(e_id)]);
    chained bytea[] := digests;
BEGIN
    IF abs(extract(epoch FROM now_ - p_now)) > 60 THEN
        RAISE EXCEPTION 'the clock of this process is off: % here, % in the database', p_now, now_
            USING ERRCODE = 'IC001';
    END IF;
    SELECT array_agg(l.log), array_agg(l.outcome), array_agg(l.position), array_agg(l.hash),
           array_agg(l.recorded_at), array_agg(l.first), array_agg(l.last)
    INTO h_log, h_outcome, h_position, h_hash, h_recorded_at, h_first, h_last
    FROM (
        SELECT
            h.log, h.position, h.hash, greatest(now_, h.recorded_at) AS recorded_at,
            w.first, w.last,
            CASE
                WHEN h.recorded_at > greatest(now_ + interval '5 minutes', h.accepted_until)
                    THEN 'ahead'
                WHEN EXISTS (
                    SELECT FROM public.event e
                    WHERE e.log = h.log AND e.id = ANY (e_id[w.first:w.last])
                ) THEN 'known'
                ELSE 'stored'
            END AS outcome
        FROM unnest(p_logs, p_heads, p_firsts, p_lasts) w (log, head, first, last)
        JOIN public.log_head h ON h.log = w.log AND h.hash = w.head
        FOR UPDATE OF h SKIP LOCKED
    ) l;
    FOR entry IN
        SELECT
            h.first + e.n - 1 AS number, e.n = 1 AS first, h.hash AS before,
            int4send(octet_length(convert_to(h.log, 'UTF8'))) || convert_to(h.log, 'UTF8')
                || int4send(8) || int8send(h.position + e.n) || int4send(32) AS frame,
            sha256(
                int4send(octet_length(e.salt)) || e.salt || int4send(16) || uuid_send(e.id)
                || int4send(8) || int8send((extract(epoch FROM h.recorded_at) * 1000000)::bigint)
                || int4send(16) || uuid_send(e.actor) || int4send(octet_length(e.body)) || e.body
            ) AS digest
        FROM unnest(h_log, h_outcome, h_position, h_hash, h_recorded_at, h_first, h_last)
            h (log, outcome, position, hash, recorded_at, first, last)
        CROSS JOIN LATERAL unnest(
            e_id[h.first:h.last], e_actor[h.first:h.last], e_salt[h.first:h.last],
            e_body[h.first:h.last]
        ) WITH ORDINALITY e (id, actor, salt, body, n)
        WHERE h.outcome = 'stored'
    LOOP
        chain := sha256(
            int4send(32) || CASE WHEN entry.first THEN entry.before ELSE chain END
            || entry.frame || entry.digest
        );
        digests[entry.number] := entry.digest;
        chained[entry.number] := chain;
    END LOOP;
    INSERT INTO public.event (
        log, position, digest, hash, id, recorded_at, actor, salt, body, type, day, subject, target
    )
    SELECT h.log, h.position + e.n, e.digest, e.hash, e.id, h.recorded_at, e.actor, e.salt, e.body,
           e.type, e.day, e.subject, e.target
    FROM unnest(h_log, h_outcome, h_position, h_recorded_at, h_first, h_last)
        h (log, outcome, position, recorded_at, first, last)
    CROSS JOIN LATERAL unnest(
        digests[h.first:h.last], chained[h.first:h.last], e_id[h.first:h.last],
        e_actor[h.first:h.last], e_salt[h.first:h.last], e_body[h.first:h.last],
        e_type[h.first:h.last], e_day[h.first:h.last], e_subject[h.first:h.last],
        e_target[h.first:h.last]
    ) WITH ORDINALITY e (digest, hash, id, actor, salt, body, type, day, subject, target, n)
    WHERE h.outcome = 'stored';
    UPDATE public.log_head l SET
        position = h.position + h.last - h.first + 1, hash = chained[h.last],
        recorded_at = h.recorded_at
    FROM unnest(h_log, h_outcome, h_position, h_recorded_at, h_first, h_last)
        h (log, outcome, position, recorded_at, first, last)
    WHERE l.log = h.log AND h.outcome = 'stored';
    RETURN QUERY
        SELECT coalesce(h.outcome, 'moved'), h.position, h.recorded_at, chained[w.first:w.last]
        FROM unnest(p_logs, p_firsts, p_lasts) WITH ORDINALITY w (log, first, last, n)
        LEFT JOIN unnest(h_log, h_outcome, h_position, h_recorded_at)
            h (log, outcome, position, recorded_at) ON h.log = w.log
        ORDER BY w.n;
END
$$;

REVOKE ALL ON FUNCTION append FROM PUBLIC;

GRANT CREATE ON SCHEMA public TO ichi_appender;

ALTER FUNCTION append OWNER TO ichi_appender;

REVOKE CREATE ON SCHEMA public FROM ichi_appender;

GRANT EXECUTE ON FUNCTION append TO ichi_writer;
"""


def upgrade() -> None:
    """Replace the function."""
    for statement in APPEND.split("\n\n"):  # asyncpg takes one at a time
        op.get_bind().exec_driver_sql(statement)
