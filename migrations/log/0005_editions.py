"""Answers of several editions side by side, a committee-year's material in one row."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
DROP TABLE bookmark, tally, effective, answer

CREATE TABLE edition (
    edition text COLLATE "C" PRIMARY KEY,
    claimed_at timestamptz NOT NULL
)

CREATE TABLE serving (
    log text COLLATE "C" PRIMARY KEY,
    edition text COLLATE "C" NOT NULL
)

CREATE TABLE bookmark (
    log text COLLATE "C" NOT NULL,
    edition text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    not_understood bigint NOT NULL,
    PRIMARY KEY (log, edition)
)

CREATE TABLE material (
    log text COLLATE "C" NOT NULL,
    edition text COLLATE "C" NOT NULL,
    year integer NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (log, edition, year)
)

CREATE TABLE answer (
    log text COLLATE "C" NOT NULL,
    edition text COLLATE "C" NOT NULL,
    question text COLLATE "C" NOT NULL,
    year integer NOT NULL,
    body bytea,
    why text,
    PRIMARY KEY (log, edition, question, year),
    CONSTRAINT answered_or_why_not CHECK (num_nulls(body, why) = 1)
)

CREATE TABLE skipped (
    log text COLLATE "C" NOT NULL,
    edition text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    question text COLLATE "C" NOT NULL,
    why text NOT NULL,
    PRIMARY KEY (log, edition, position, question)
)

COMMENT ON TABLE serving IS 'which edition of a log its readers are given'

COMMENT ON COLUMN answer.why IS 'the error that kept the question from being answered'
"""

PROTECTED = ("serving", "bookmark", "material", "answer", "skipped")


def upgrade() -> None:
    """Make the tables anew: all of them are derived."""
    for statement in TABLES.strip().split("\n\n"):
        op.execute(statement)
    op.execute("GRANT SELECT, INSERT, UPDATE ON edition TO ichi_projector")
    for table in PROTECTED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO ichi_projector")
        op.execute(f"GRANT SELECT ON {table} TO ichi_reader")
        op.execute(
            f"CREATE POLICY projected ON {table} TO ichi_projector USING (true) WITH CHECK (true)"
        )
        op.execute(
            f"CREATE POLICY named ON {table} FOR SELECT TO ichi_reader"
            " USING (log = ANY (("
            "SELECT string_to_array(current_setting('ichi.logs', true), ','))::text[]))"
        )
