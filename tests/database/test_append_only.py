"""The log is for ever: what the application, and even the owner, cannot do to it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from shared import eventlog
from shared.domain.stall import Held
from shared.driver import ClockOff
from shared.envelope import proposal
from shared.errors import IchiError
from shared.eventlog import ClockAhead
from shared.postgres import connect
from shared.publishing import Door
from shared.verifying import verify
from tests.database.world import HODOGAYA, World
from tests.histories import SALES, VENDORS

HELD = Held(SALES[0], datetime(2025, 10, 20, tzinfo=UTC).date(), (VENDORS[0],))

CHANGES = (
    "UPDATE event SET body = 'x'",
    "DELETE FROM event",
    "TRUNCATE event",
    "UPDATE log_head SET position = 0",
    "DELETE FROM log_head",
    "TRUNCATE log_head",
    "INSERT INTO event (log, position, digest, hash) VALUES ('x', 1, sha256(''), sha256(''))",
    "INSERT INTO log_head VALUES ('x', 0, sha256(''), now())",
    "ALTER TABLE event DISABLE TRIGGER append_only",
    "DROP TRIGGER append_only ON event",
    "DROP TABLE event",
    "ALTER TABLE event DISABLE ROW LEVEL SECURITY",
    "SELECT open_log('141143-hanbai')",
    "SELECT resume_log('141062-hanbai')",
    "SELECT refuse_change()",
    "SET session_replication_role = replica",
    "CREATE TABLE mine (x int)",
    "GRANT ichi_appender TO ichi_app",
    "SET ROLE ichi_appender",
    "SET ROLE ichi_owner",
)


@pytest.mark.parametrize("role", ["ichi_writer", "ichi_reader", "ichi_projector", "ichi_auth"])
async def test_no_role_of_the_application_changes_the_log(world: World, role: str) -> None:
    connection = await connect(world.urls.application)
    try:
        await connection.execute(f"SET ROLE {role}")
        for statement in CHANGES:
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(statement)
    finally:
        await connection.close()
    assert (await verify(world.reader, HODOGAYA)).bad is None


@pytest.mark.parametrize("role", ["ichi_reader", "ichi_projector", "ichi_auth"])
async def test_only_the_writer_may_append(world: World, role: str) -> None:
    connection = await connect(world.urls.application)
    try:
        await connection.execute(f"SET ROLE {role}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(eventlog.LOCK_HEADS, [HODOGAYA])
    finally:
        await connection.close()


async def test_every_function_of_ours_is_closed_to_all_but_its_role(world: World) -> None:
    """A function made later and forgotten fails here: only the writer's two may be executed."""
    mine = """
    SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND has_function_privilege($1, p.oid, 'EXECUTE') ORDER BY 1
    """
    for role, allowed in {
        "ichi_writer": ["append", "lock_heads"],
        "ichi_reader": [],
        "ichi_projector": [],
        "ichi_auth": [],
        "ichi_app": [],
    }.items():
        assert [row[0] for row in await world.reader.fetch(mine, role)] == allowed


async def test_the_trigger_stops_even_the_owner(world: World) -> None:
    assert world.urls.owner is not None
    owner = await connect(world.urls.owner)
    try:
        for statement in (
            "UPDATE event SET body = 'x'",
            "DELETE FROM event",
            "TRUNCATE event",
            "DELETE FROM log_head",
            "TRUNCATE log_head",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await owner.execute(statement)
    finally:
        await owner.close()


async def test_the_function_s_owner_cannot_turn_a_head_back(world: World) -> None:
    assert world.urls.owner is not None
    owner = await connect(world.urls.owner)
    try:
        await owner.execute("SET ROLE ichi_appender")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await owner.execute("UPDATE log_head SET position = position - 1")
        with pytest.raises(asyncpg.PostgresError):
            await owner.execute("UPDATE event SET body = 'x'")
    finally:
        await owner.close()


async def test_row_level_security_shows_only_the_log_that_is_named(world: World) -> None:
    for role in ("ichi_writer", "ichi_reader"):
        connection = await connect(world.urls.application)
        try:
            await connection.execute(f"SET ROLE {role}")
            for named in (None, "", "141143-hanbai", "'; --"):
                if named is not None:
                    await connection.execute("SELECT set_config('ichi.logs', $1, false)", named)
                assert await connection.fetchval("SELECT count(*) FROM event") == 0
                assert await connection.fetchval("SELECT count(*) FROM log_head") == 0
            await connection.execute("SELECT set_config('ichi.logs', $1, false)", HODOGAYA)
            assert await connection.fetchval("SELECT count(*) FROM event") == 2
        finally:
            await connection.close()


async def test_every_table_that_carries_a_log_forces_row_level_security(world: World) -> None:
    """`token` has no reader but the role that signs in; every other one names its log."""
    unprotected = """
    SELECT c.relname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'log' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1
    """
    assert [row[0] for row in await world.reader.fetch(unprotected)] == ["token"]


async def test_recorded_at_never_goes_back_and_is_the_databases(world: World) -> None:
    before = (await eventlog.read_head(world.reader, HODOGAYA)).recorded_at
    async with Door(world.writer, lambda: datetime.now(UTC) - timedelta(seconds=50)) as lagging:
        (receipt,) = await lagging.admit(HODOGAYA, [proposal(uuid4(), HELD)], world.secretary)
    assert receipt.recorded_at >= before


@pytest.mark.parametrize("seconds", [-70, 70])
async def test_a_process_whose_clock_is_off_refuses(world: World, seconds: int) -> None:
    async with Door(world.writer, lambda: datetime.now(UTC) + timedelta(seconds=seconds)) as off:
        with pytest.raises(ClockOff) as refused:
            await off.admit(HODOGAYA, [proposal(uuid4(), HELD)], world.secretary)
    assert refused.value.status == 503
    assert (await eventlog.read_head(world.reader, HODOGAYA)).position == 2


async def test_a_head_far_ahead_refuses_until_an_operator_resumes(world: World) -> None:
    assert world.urls.owner is not None
    owner = await connect(world.urls.owner)
    try:
        await owner.execute("SET ROLE ichi_appender")
        await owner.execute("UPDATE log_head SET recorded_at = now() + interval '6 minutes'")
        await owner.execute("RESET ROLE")
        with pytest.raises(ClockAhead):
            await world.publish(HELD)
        ahead = await eventlog.resume_log(owner, HODOGAYA)
        first, second = await world.publish(HELD, HELD)
        assert first.recorded_at == second.recorded_at == ahead
        with pytest.raises(IchiError):
            await eventlog.resume_log(owner, "141143-hanbai")
    finally:
        await owner.close()


async def test_an_already_stored_answer_makes_the_commit_wait_for_the_standby(world: World) -> None:
    """The answer's transaction writes WAL: without the barrier a retry would only read."""
    proposed = proposal(uuid4(), HELD)
    await world.door.admit(HODOGAYA, [proposed], world.secretary)
    position = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
    before = await world.reader.fetchval(position)
    await world.door.admit(HODOGAYA, [proposed], world.secretary)
    assert await world.reader.fetchval(position) - before >= len("already stored")
