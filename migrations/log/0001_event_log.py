"""The event log: one append-only table, one head a log, and the only functions that write them."""

from alembic import context, op

revision = "0001"
down_revision = None

ROLES = """
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'ichi_writer', 'ichi_reader', 'ichi_projector', 'ichi_auth', 'ichi_appender'
    ] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- roles belong to the cluster: another database of it made them
        END;
    END LOOP;
END
$$
"""

TABLES = """
CREATE TABLE log_head (
    log text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    recorded_at timestamptz NOT NULL,
    accepted_until timestamptz NOT NULL DEFAULT '-infinity'
);

COMMENT ON COLUMN log_head.accepted_until IS
    'a recorded_at ahead of the clock that an operator accepted: ichi log resume';

CREATE TABLE event (
    log text COLLATE "C" NOT NULL,
    position bigint NOT NULL CHECK (position > 0),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    id uuid,
    recorded_at timestamptz,
    actor uuid,
    salt bytea CHECK (octet_length(salt) = 16),
    body bytea,
    type text COLLATE "C",
    day date,
    subject text COLLATE "C",
    target uuid,
    PRIMARY KEY (log, position),
    UNIQUE (log, id),
    CONSTRAINT whole_or_withheld CHECK (
        num_nulls(id, recorded_at, actor, salt, body, type, subject) IN (0, 7)
    )
);

COMMENT ON COLUMN event.type IS 'read out of the body, as day, subject and target: for indexes';

CREATE INDEX event_subject ON event (log, subject);

CREATE INDEX event_target ON event (log, target) WHERE target IS NOT NULL;

CREATE INDEX event_governing ON event (log, type) WHERE type ~ '^(log|role|rule|fact)\\.';
"""

FOREVER = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE event ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON log_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE log_head ENABLE ALWAYS TRIGGER kept;

CREATE TRIGGER only_forward BEFORE UPDATE ON log_head
    FOR EACH ROW WHEN (
        NEW.log <> OLD.log OR NEW.position < OLD.position OR NEW.recorded_at < OLD.recorded_at
    ) EXECUTE FUNCTION refuse_change();

ALTER TABLE log_head ENABLE ALWAYS TRIGGER only_forward;
"""

# The framing stands in the README ("The bytes"). One row comes back for each entry, in order;
# `outcome` is 'stored', or 'moved' (the head is not where the caller thinks) or 'ahead' (the head
# is over five minutes ahead of the clock), and then nothing of that log is written: one log's
# conflict never fails another log's entries in the same flush.
FUNCTIONS = """
CREATE FUNCTION lock_heads(p_logs text[])
RETURNS TABLE (log text, "position" bigint, hash bytea, recorded_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM set_config('ichi.logs', array_to_string(p_logs, ','), true);
    RETURN QUERY
        SELECT h.log, h.position, h.hash, h.recorded_at FROM public.log_head h
        WHERE h.log = ANY (p_logs) ORDER BY h.log FOR UPDATE;
END
$$;

CREATE FUNCTION append(
    p_now timestamptz, p_logs text[], p_heads bigint[],
    e_log text[], e_id uuid[], e_actor uuid[], e_salt bytea[], e_body bytea[],
    e_type text[], e_day date[], e_subject text[], e_target uuid[]
)
RETURNS TABLE (outcome text, "position" bigint, hash bytea, recorded_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    head record;
    now_ timestamptz := clock_timestamp();
    outcomes text[] := array_fill('moved'::text, ARRAY[cardinality(e_log)]);
    positions bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(e_log)]);
    digests bytea[] := array_fill(NULL::bytea, ARRAY[cardinality(e_log)]);
    hashes bytea[] := array_fill(NULL::bytea, ARRAY[cardinality(e_log)]);
    times timestamptz[] := array_fill(NULL::timestamptz, ARRAY[cardinality(e_log)]);
    log_frame bytea;
    time_frame bytea;
    chain bytea;
    at_position bigint;
    at_time timestamptz;
BEGIN
    IF abs(extract(epoch FROM now_ - p_now)) > 60 THEN
        RAISE EXCEPTION 'the clock of this process is off: % here, % in the database', p_now, now_
            USING ERRCODE = 'IC001';
    END IF;
    FOR head IN
        SELECT h.* FROM public.log_head h JOIN unnest(p_logs, p_heads) w (log, head)
            ON h.log = w.log AND h.position = w.head
        ORDER BY h.log FOR UPDATE OF h
    LOOP
        at_time := greatest(now_, head.recorded_at);
        IF at_time > now_ + interval '5 minutes' AND at_time > head.accepted_until THEN
            FOR i IN 1 .. cardinality(e_log) LOOP
                IF e_log[i] = head.log THEN
                    outcomes[i] := 'ahead';
                END IF;
            END LOOP;
            CONTINUE;
        END IF;
        log_frame := convert_to(head.log, 'UTF8');
        log_frame := int4send(octet_length(log_frame)) || log_frame;
        time_frame := int4send(8)
            || int8send((extract(epoch FROM at_time) * 1000000)::bigint) || int4send(16);
        chain := head.hash;
        at_position := head.position;
        FOR i IN 1 .. cardinality(e_log) LOOP
            IF e_log[i] = head.log THEN
                at_position := at_position + 1;
                digests[i] := sha256(
                    int4send(octet_length(e_salt[i])) || e_salt[i]
                    || int4send(16) || uuid_send(e_id[i])
                    || time_frame || uuid_send(e_actor[i])
                    || int4send(octet_length(e_body[i])) || e_body[i]
                );
                chain := sha256(
                    int4send(32) || chain || log_frame
                    || int4send(8) || int8send(at_position) || int4send(32) || digests[i]
                );
                outcomes[i] := 'stored';
                positions[i] := at_position;
                hashes[i] := chain;
                times[i] := at_time;
            END IF;
        END LOOP;
        UPDATE public.log_head h SET position = at_position, hash = chain, recorded_at = at_time
            WHERE h.log = head.log;
    END LOOP;
    INSERT INTO public.event (
        log, position, digest, hash, id, recorded_at, actor, salt, body, type, day, subject, target
    )
    SELECT e.log, e.position, e.digest, e.hash, e.id, e.recorded_at, e.actor, e.salt, e.body,
           e.type, e.day, e.subject, e.target
    FROM unnest(
        e_log, positions, digests, hashes, e_id, times, e_actor, e_salt, e_body,
        e_type, e_day, e_subject, e_target
    ) e (
        log, position, digest, hash, id, recorded_at, actor, salt, body, type, day, subject, target
    )
    WHERE e.position IS NOT NULL;
    RETURN QUERY SELECT o.* FROM unnest(outcomes, positions, hashes, times) o;
END
$$;

CREATE FUNCTION open_log(p_log text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO public.log_head (log, position, hash, recorded_at)
    VALUES (p_log, 0, decode(repeat('00', 32), 'hex'), '-infinity')
$$;

CREATE FUNCTION resume_log(p_log text) RETURNS timestamptz
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    UPDATE public.log_head SET accepted_until = recorded_at WHERE log = p_log RETURNING recorded_at
$$;
"""

GRANTS = """
REVOKE ALL ON FUNCTION lock_heads, append, open_log, resume_log, refuse_change FROM PUBLIC;

GRANT SELECT, INSERT, UPDATE ON log_head TO ichi_appender;

GRANT SELECT, INSERT ON event TO ichi_appender;

GRANT CREATE, USAGE ON SCHEMA public TO ichi_appender;

GRANT ichi_appender TO CURRENT_USER;

ALTER FUNCTION lock_heads OWNER TO ichi_appender;

ALTER FUNCTION append OWNER TO ichi_appender;

ALTER FUNCTION open_log OWNER TO ichi_appender;

ALTER FUNCTION resume_log OWNER TO ichi_appender;

REVOKE CREATE ON SCHEMA public FROM ichi_appender;

GRANT USAGE ON SCHEMA public TO ichi_writer, ichi_reader, ichi_projector, ichi_auth;

GRANT EXECUTE ON FUNCTION lock_heads, append TO ichi_writer;

GRANT SELECT ON event, log_head TO ichi_writer, ichi_reader, ichi_projector;
"""

ROW_LEVEL_SECURITY = """
ALTER TABLE event ENABLE ROW LEVEL SECURITY;

ALTER TABLE event FORCE ROW LEVEL SECURITY;

ALTER TABLE log_head ENABLE ROW LEVEL SECURITY;

ALTER TABLE log_head FORCE ROW LEVEL SECURITY;

CREATE POLICY appended ON event TO ichi_appender USING (true) WITH CHECK (true);

CREATE POLICY appended ON log_head TO ichi_appender USING (true) WITH CHECK (true);

CREATE POLICY named ON event FOR SELECT TO ichi_writer, ichi_reader
    USING (log = ANY (string_to_array(current_setting('ichi.logs', true), ',')));

CREATE POLICY named ON log_head FOR SELECT TO ichi_writer, ichi_reader
    USING (log = ANY (string_to_array(current_setting('ichi.logs', true), ',')));

CREATE POLICY projected ON event FOR SELECT TO ichi_projector USING (true);

CREATE POLICY projected ON log_head FOR SELECT TO ichi_projector USING (true);
"""


def upgrade() -> None:
    """Make the tables, their protection, the functions and who may call them."""
    for script in (ROLES, TABLES, FOREVER, FUNCTIONS, GRANTS, ROW_LEVEL_SECURITY):
        for statement in script.split("\n\n"):  # asyncpg takes one at a time
            op.get_bind().exec_driver_sql(statement)
    application = context.config.attributes["application_role"]
    for role in ("ichi_writer", "ichi_reader", "ichi_projector", "ichi_auth"):
        op.execute(f'GRANT {role} TO "{application}"')
