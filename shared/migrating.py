"""Bringing a database's schema up to date."""

from functools import partial
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

MIGRATIONS = Path(__file__).parent.parent / "migrations"

ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtext('ichi migrations'))"
RATHER_FAIL_THAN_BLOCK = "SET lock_timeout = '10s'"


async def upgrade(url: str, folder: str, application_role: str) -> None:
    """Run what is missing of the migrations in `folder`; safe while another process does the same.

    A migration finds the application's login in `context.config.attributes["application_role"]`.
    """
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(asyncpg.connect, url, timeout=5),
        poolclass=NullPool,
    )
    async with engine.connect() as connection:
        await connection.execute(text(ONE_AT_A_TIME))
        await connection.execute(text(RATHER_FAIL_THAN_BLOCK))
        await connection.commit()
        await connection.run_sync(_to_head, folder, application_role)
    await engine.dispose()


def _to_head(connection: Connection, folder: str, application_role: str) -> None:
    attributes = {"connection": connection, "application_role": application_role}
    config = Config(attributes=attributes)
    config.set_main_option("script_location", _literal(MIGRATIONS))
    config.set_main_option("version_locations", _literal(MIGRATIONS / folder))
    config.set_main_option("path_separator", "newline")
    command.upgrade(config, "head")


def _literal(path: Path) -> str:
    return str(path).replace("%", "%%")
