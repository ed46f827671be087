"""The two databases, embedded or configured, and how to reach them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import asyncpg
import msgspec

from shared.embedded import SUPERUSER, Server, running
from shared.errors import BadSetting, Unavailable
from shared.settings import Settings, variable

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = asyncpg.Connection[asyncpg.Record]

CONNECT_WITHIN = 5.0
COMMAND_WITHIN = 30.0

ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtext('ichi provisions'))"
ROLES = "SELECT rolname FROM pg_roles"
CREATE_ROLE = {
    "ichi_owner": "CREATE ROLE ichi_owner LOGIN CREATEROLE",
    "ichi_app": "CREATE ROLE ichi_app LOGIN NOINHERIT",
}
DATABASES = "SELECT datname FROM pg_database"
CREATE_DATABASE = {
    "ichi": "CREATE DATABASE ichi OWNER ichi_owner TEMPLATE template0",
    "ichi_names": "CREATE DATABASE ichi_names OWNER ichi_owner TEMPLATE template0",
}


class Urls(msgspec.Struct, frozen=True):
    """Where the log and the names are, for the application and (where known) for the owner."""

    application: str
    owner: str | None
    names: str
    names_owner: str | None


@contextmanager
def database(settings: Settings) -> Iterator[Urls]:
    """Provide the databases: the embedded ones are started, made and migrated by themselves.

    Raises `BadSetting`, `Unavailable`. Not to be called from a running event loop.
    """
    if settings.database_url is not None:
        yield configured(settings)
        return
    with running(settings.data) as server:
        asyncio.run(provision(server))
        urls = embedded_urls(server)
        migrate(urls)
        yield urls


def configured(settings: Settings) -> Urls:
    if settings.database_url is None:
        raise BadSetting(variable("database_url"), "データベースの場所を書いてください")
    if settings.names_url is None:
        raise BadSetting(variable("names_url"), "氏名を置くデータベースの場所も書いてください")
    names_owner = settings.names_owner_url
    if names_owner is None and settings.owner_url is not None:
        owner = urlsplit(settings.owner_url).netloc.rpartition("@")[0]
        names = urlsplit(settings.names_url)
        where = names.netloc.rpartition("@")[2]
        names_owner = names._replace(netloc=f"{owner}@{where}").geturl()
    return Urls(settings.database_url, settings.owner_url, settings.names_url, names_owner)


def embedded_urls(server: Server, log: str = "ichi", names: str = "ichi_names") -> Urls:
    return Urls(
        server.url("ichi_app", log),
        server.url("ichi_owner", log),
        server.url("ichi_app", names),
        server.url("ichi_owner", names),
    )


async def provision(server: Server) -> None:
    """Make the logins and the databases that are missing: the only thing done as superuser."""
    connection = await connect(server.url(SUPERUSER, "postgres"))
    try:
        await connection.execute(ONE_AT_A_TIME)
        for found, wanted in ((ROLES, CREATE_ROLE), (DATABASES, CREATE_DATABASE)):
            there = {name for (name,) in await connection.fetch(found)}
            for name, statement in wanted.items():
                if name not in there:
                    await connection.execute(statement)
    finally:
        await connection.close()


def migrate(urls: Urls) -> None:
    """Bring both schemas up to date, as their owner.

    Raises `BadSetting`, `Unavailable`. Not to be called from a running event loop.
    """
    if urls.owner is None or urls.names_owner is None:
        raise BadSetting(variable("owner_url"), "データベースの所有者としての場所を書いてください")
    asyncio.run(_migrate(urls.owner, "log", urls.application))
    asyncio.run(_migrate(urls.names_owner, "names", urls.names))


async def _migrate(owner: str, folder: str, application: str) -> None:
    from shared.migrating import upgrade  # noqa: PLC0415 - SQLAlchemy takes a second to import

    with _reaching():
        await upgrade(owner, folder, unquote(urlsplit(application).username or ""))


async def connect(url: str) -> "Connection":
    """Open one connection.

    Raises `Unavailable`.
    """
    with _reaching():
        return await asyncpg.connect(
            url,
            timeout=CONNECT_WITHIN,
            command_timeout=COMMAND_WITHIN,
            server_settings={"application_name": "ichi"},
        )


class ActsAsItsRole(asyncpg.Connection):
    """Comes back to its role when released: on PostgreSQL 15, `RESET ALL` does not."""

    def get_reset_query(self) -> str:
        return super().get_reset_query() + "RESET ROLE;"


async def pool(url: str, role: str, *, size: int) -> "Pool":
    """Open a pool whose every connection acts as `role`, one of those the login is a member of.

    Raises `Unavailable`.
    """
    with _reaching():
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            connection_class=ActsAsItsRole,
            timeout=CONNECT_WITHIN,
            command_timeout=COMMAND_WITHIN,
            server_settings={"role": role, "application_name": "ichi"},
        )


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        message = "データベースに接続できません。動いているか、設定を確認してください"
        raise Unavailable(message) from error
