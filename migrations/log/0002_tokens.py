"""Tokens: a hash, the log and the actor they stand for, and when they were last used."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLE = """
CREATE TABLE token (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    log text COLLATE "C" NOT NULL,
    actor uuid NOT NULL UNIQUE,
    label text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at timestamptz
)
"""


def upgrade() -> None:
    """Make the table; nobody but the role that signs systems in may read it."""
    op.execute(TABLE)
    op.execute("GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at) ON token TO ichi_auth")
