"""One private PostgreSQL per test session, for the tests that ask for `urls`; a fresh pair each."""

import asyncio
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from shared.embedded import OPTIONS, SUPERUSER, Server, running
from shared.postgres import Urls, connect, embedded_urls, migrate, provision

HURRIED = {**OPTIONS, "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
COPY = 'CREATE DATABASE "{to}" OWNER ichi_owner TEMPLATE "{of}" STRATEGY file_copy'
DROP = 'DROP DATABASE "{name}" WITH (FORCE)'

settings.register_profile("test", deadline=None)
settings.register_profile("proof", deadline=None, max_examples=2_000)
settings.load_profile("proof" if os.environ.get("ICHI_PROOF") else "test")


@pytest.fixture(scope="session")
def programs() -> Path | None:
    """Find the programs of the PostgreSQL to test with: the embedded one unless told otherwise."""
    told = os.environ.get("ICHI_TEST_POSTGRES")
    return Path(told) if told else None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, programs: Path | None) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("ichi"), programs=programs, options=HURRIED) as server:
        asyncio.run(provision(server))
        yield server


@pytest.fixture(scope="session")
def _template(server: Server) -> None:
    migrate(embedded_urls(server))


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def urls(server: Server, _template: None, _numbers: Iterator[int]) -> Iterator[Urls]:
    """Give a migrated pair of databases, empty and for this test alone."""
    number = next(_numbers)
    log, names = f"log_{number}", f"names_{number}"
    asyncio.run(
        _as_superuser(
            server, COPY.format(to=log, of="ichi"), COPY.format(to=names, of="ichi_names")
        )
    )
    yield embedded_urls(server, log, names)
    asyncio.run(_as_superuser(server, DROP.format(name=log), DROP.format(name=names)))


async def _as_superuser(server: Server, *statements: str) -> None:
    connection = await connect(server.url(SUPERUSER, "postgres"))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
