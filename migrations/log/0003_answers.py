"""What the projector derives from the log: all of it can be dropped and rebuilt."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE bookmark (
    log text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    edition text NOT NULL,
    not_understood bigint NOT NULL DEFAULT 0
)

CREATE TABLE tally (
    log text COLLATE "C" NOT NULL,
    projection text COLLATE "C" NOT NULL,
    year integer NOT NULL,
    key bytea NOT NULL,
    weight bigint NOT NULL,
    PRIMARY KEY (log, projection, year, key)
)

CREATE TABLE effective (
    log text COLLATE "C" NOT NULL,
    root bigint NOT NULL,
    id uuid NOT NULL,
    year integer NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (log, root)
)

CREATE INDEX effective_year ON effective (log, year)

CREATE TABLE answer (
    log text COLLATE "C" NOT NULL,
    projection text COLLATE "C" NOT NULL,
    year integer NOT NULL,
    position bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (log, projection, year)
)
"""

PROTECTED = ("bookmark", "tally", "effective", "answer")


def upgrade() -> None:
    """Make the tables; the projector writes them, readers see the log they name."""
    for statement in TABLES.split("\n\n"):
        op.execute(statement)
    for table in PROTECTED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO ichi_projector")
        op.execute(
            f"CREATE POLICY projected ON {table} TO ichi_projector USING (true) WITH CHECK (true)"
        )
        op.execute(
            f"CREATE POLICY named ON {table} FOR SELECT TO ichi_reader"
            " USING (log = ANY (string_to_array(current_setting('ichi.logs', true), ',')))"
        )
    op.execute("GRANT SELECT ON bookmark, answer TO ichi_reader")
