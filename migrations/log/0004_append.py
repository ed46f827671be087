"""Many logs' facts in one flush: entries grouped by log, one answer a log, no waiting for a head."""

from alembic import op

revision = "0004"
down_revision = "0003"

# `p_counts` says how many of the entries are each log's, in the order of `p_logs`. One row comes
# back for each log; `outcome` is
#   'stored'  the entries stand after `position`, chained by `hashes`, all at `recorded_at`
#   'moved'   the head is not where the caller thinks, or another transaction holds it
#   'known'   one of the ids stands in the log already
#   'ahead'   the head is over five minutes ahead of the clock
# and nothing of a log that is not stored is written: one log's conflict harms no other's entries.
# A head that somebody holds is skipped, not waited for: the flush is never slower than its logs.
#
# The planner is kept from scanning: a plan made while the table was small would be kept for long.
APPEND = """
DROP FUNCTION append;

CREATE FUNCTION append(
    p_now timestamptz, p_logs text[], p_heads bigint[], p_counts integer[],
    e_id uuid[], e_actor uuid[], e_salt bytea[], e_body bytea[],
    e_type text[], e_day date[], e_subject text[], e_target uuid[]
)
RETURNS TABLE (
    log text, outcome text, "position" bigint, recorded_at timestamptz, hashes bytea[]
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
    now_ timestamptz := clock_timestamp();
    head record;
    first integer;
    last integer := 0;
    digest bytea;
    digests bytea[];
    chain bytea;
BEGIN
    IF abs(extract(epoch FROM now_ - p_now)) > 60 THEN
        RAISE EXCEPTION 'the clock of this process is off: % here, % in the database', p_now, now_
            USING ERRCODE = 'IC001';
    END IF;
    FOR i IN 1 .. cardinality(p_logs) LOOP
        log := p_logs[i];
        first := last + 1;
        last := last + p_counts[i];
        SELECT
            h.position, h.hash, greatest(now_, h.recorded_at) AS recorded_at,
            CASE
                WHEN h.recorded_at > greatest(now_ + interval '5 minutes', h.accepted_until)
                    THEN 'ahead'
                WHEN EXISTS (
                    SELECT FROM public.event e
                    WHERE e.log = h.log AND e.id = ANY (e_id[first:last])
                ) THEN 'known'
                ELSE 'stored'
            END AS outcome,
            int4send(octet_length(convert_to(h.log, 'UTF8'))) || convert_to(h.log, 'UTF8')
                || int4send(8) AS log_frame,
            int4send(8) || int8send(
                (extract(epoch FROM greatest(now_, h.recorded_at)) * 1000000)::bigint
            ) || int4send(16) AS time_frame
        INTO head
        FROM public.log_head h WHERE h.log = p_logs[i] AND h.position = p_heads[i]
        FOR UPDATE SKIP LOCKED;
        outcome := coalesce(head.outcome, 'moved');
        "position" := head.position;
        recorded_at := head.recorded_at;
        hashes := '{}';
        IF outcome = 'stored' THEN
            chain := head.hash;
            digests := '{}';
            FOR digest IN
                SELECT sha256(
                    int4send(octet_length(e.salt)) || e.salt || int4send(16) || uuid_send(e.id)
                    || head.time_frame || uuid_send(e.actor)
                    || int4send(octet_length(e.body)) || e.body
                )
                FROM unnest(
                    e_id[first:last], e_actor[first:last], e_salt[first:last], e_body[first:last]
                ) e (id, actor, salt, body)
            LOOP
                digests := digests || digest;
                chain := sha256(
                    int4send(32) || chain || head.log_frame
                    || int8send(head.position + cardinality(digests)) || int4send(32) || digest
                );
                hashes := hashes || chain;
            END LOOP;
            INSERT INTO public.event (
                log, position, digest, hash, id, recorded_at, actor, salt, body,
                type, day, subject, target
            )
            SELECT p_logs[i], head.position + e.n, e.digest, e.hash, e.id, head.recorded_at,
                   e.actor, e.salt, e.body, e.type, e.day, e.subject, e.target
            FROM unnest(
                digests, hashes, e_id[first:last], e_actor[first:last], e_salt[first:last],
                e_body[first:last], e_type[first:last], e_day[first:last], e_subject[first:last],
                e_target[first:last]
            ) WITH ORDINALITY
                e (digest, hash, id, actor, salt, body, type, day, subject, target, n);
            UPDATE public.log_head h SET
                position = head.position + p_counts[i], hash = chain,
                recorded_at = head.recorded_at
            WHERE h.log = p_logs[i];
        END IF;
        RETURN NEXT;
    END LOOP;
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
