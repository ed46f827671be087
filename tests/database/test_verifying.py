"""Whatever is changed in a stored log is found, and the first bad position is named."""

import asyncpg
import pytest

from shared.postgres import connect
from shared.verifying import verify
from tests.database.world import HODOGAYA, World
from tests.histories import a_history

# As a superuser who takes the triggers off: what an intruder with the disk could do.
TAMPERINGS = {
    "a body": "UPDATE event SET body = replace(convert_from(body, 'UTF8'), ':', ': ')::bytea"
    " WHERE position = 5",
    "a time": "UPDATE event SET recorded_at = recorded_at + interval '1 microsecond'"
    " WHERE position = 5",
    "an actor": "UPDATE event SET actor = gen_random_uuid() WHERE position = 5",
    "an id": "UPDATE event SET id = gen_random_uuid() WHERE position = 5",
    "a salt": "UPDATE event SET salt = substr(sha256(salt), 1, 16) WHERE position = 5",
    "a digest": "UPDATE event SET digest = sha256(digest) WHERE position = 5",
    "a hash": "UPDATE event SET hash = sha256(hash) WHERE position = 5",
    "a type": "UPDATE event SET type = 'stall.cancelled' WHERE position = 5",
    "a day": "UPDATE event SET day = coalesce(day, '2020-01-01') + 1 WHERE position = 5",
    "a subject": "UPDATE event SET subject = subject || 'x' WHERE position = 5",
    "a deletion": "DELETE FROM event WHERE position = 5",
}


async def tamper(world: World, statement: str) -> None:
    assert world.urls.owner is not None
    superuser = await connect(world.urls.owner.replace("ichi_owner@", "postgres@"))
    try:
        await superuser.execute("SET session_replication_role = replica")
        await superuser.execute("ALTER TABLE event DISABLE TRIGGER ALL")
        await superuser.execute(statement)
    finally:
        await superuser.close()


@pytest.mark.parametrize("what", TAMPERINGS)
async def test_a_tampered_entry_is_named(world: World, what: str) -> None:
    await world.publish(*(fact for _, fact in a_history(5, 6) if fact.correctable))
    assert (await verify(world.reader, HODOGAYA)).bad is None
    await tamper(world, TAMPERINGS[what])
    assert (await verify(world.reader, HODOGAYA)).bad == 5


async def test_a_tail_that_was_cut_off_is_missed_by_the_head(world: World) -> None:
    await world.publish(*(fact for _, fact in a_history(5, 6) if fact.correctable))
    await tamper(world, "DELETE FROM event WHERE position >= 5")
    verdict = await verify(world.reader, HODOGAYA)
    assert verdict.bad == 5
    assert verdict.why


async def test_the_database_itself_keeps_the_salt_at_sixteen_bytes(world: World) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await tamper(world, "UPDATE event SET salt = sha256(salt) WHERE position = 2")
