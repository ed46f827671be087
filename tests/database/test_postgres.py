"""The two databases and how they are reached: as nobody's superuser, each in its role."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.errors import BadSetting, Unavailable
from shared.postgres import Urls, configured, connect, database, migrate, pool
from shared.settings import Settings


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Urls]:
    """Use the databases as a process of ours does: the embedded server by default."""
    with database(Settings(data=tmp_path_factory.mktemp("var"))) as urls:
        yield urls


@pytest.mark.parametrize("name", ["application", "owner", "names", "names_owner"])
async def test_no_login_of_ours_is_a_superuser(ours: Urls, name: str) -> None:
    connection = await connect(getattr(ours, name))
    try:
        assert await connection.fetchval("SHOW is_superuser") == "off"
    finally:
        await connection.close()


async def test_names_stand_in_another_database(ours: Urls) -> None:
    log, names = await connect(ours.application), await connect(ours.names)
    assert await log.fetchval("SELECT current_database()") == "ichi"
    assert await names.fetchval("SELECT current_database()") == "ichi_names"
    await log.close()
    await names.close()


def test_migrating_again_changes_nothing(ours: Urls) -> None:
    migrate(ours)


async def test_a_pool_acts_as_its_role_again_after_a_borrower_changed_it(urls: Urls) -> None:
    async with await pool(urls.application, "ichi_reader", size=1) as borrowed:
        await borrowed.execute("SET ROLE NONE")
        assert await borrowed.fetchval("SELECT current_user") == "ichi_reader"
        assert await borrowed.fetchval("SHOW application_name") == "ichi"


async def test_a_pool_never_acts_as_a_role_its_login_does_not_have(urls: Urls) -> None:
    with pytest.raises(Unavailable):
        await pool(urls.application, "ichi_owner", size=1)


async def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="接続できません"):
        await connect(f"postgresql://ichi_app@/ichi?host={tmp_path}")


def test_a_configured_database_is_used_as_it_is() -> None:
    settings = Settings(
        database_url="postgresql://app:a@one/ichi",
        owner_url="postgresql://owner:%40@one/ichi",
        names_url="postgresql://app:a@two:5433/names?sslmode=require",
    )
    with database(settings) as urls:
        assert urls == Urls(
            "postgresql://app:a@one/ichi",
            "postgresql://owner:%40@one/ichi",
            "postgresql://app:a@two:5433/names?sslmode=require",
            "postgresql://owner:%40@two:5433/names?sslmode=require",
        )


def test_a_configured_database_needs_a_place_for_the_names() -> None:
    with pytest.raises(BadSetting, match="ICHI_NAMES_URL"):
        configured(Settings(database_url="postgresql://app@one/ichi"))


def test_only_an_owner_migrates() -> None:
    with pytest.raises(BadSetting, match="ICHI_OWNER_URL"):
        migrate(Urls("postgresql://app@one/ichi", None, "postgresql://app@one/names", None))
