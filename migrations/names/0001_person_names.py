"""The erasable table: names of persons, which never enter a fact."""

from alembic import context, op

revision = "0001"
down_revision = None

TABLE = """
CREATE TABLE person_name (
    log text COLLATE "C" NOT NULL,
    person uuid NOT NULL,
    name text NOT NULL CHECK (name ~ '\\S'),
    PRIMARY KEY (log, person)
)
"""

REMARK = """
CREATE TABLE officer_remark (
    log text COLLATE "C" NOT NULL,
    fiscal_year integer NOT NULL,
    cell text NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (log, fiscal_year, cell, text)
)
"""


def upgrade() -> None:
    """Make the tables; the application may read, write and erase them."""
    application = context.config.attributes["application_role"]
    for table, statement in (("person_name", TABLE), ("officer_remark", REMARK)):
        op.execute(statement)
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO "{application}"')
