"""Whatever is changed in a stored log is found, and the first bad position is named."""

import asyncio
from pathlib import Path

import asyncpg
import msgspec
import pytest

from shared import tree
from shared.chain import BEFORE_THE_FIRST, digest_of, hash_of
from shared.checkpoint import Checkpoint
from shared.driver import Connection
from shared.errors import NotFound
from shared.eventlog import Entry
from shared.proof import root_of
from shared.verifying import examine, verify
from tests.database.mutations import last_of, mutations, notary_of, stored
from tests.database.world import HODOGAYA, World

REWRITTEN = {
    "id": "gen_random_uuid()",
    "recorded_at": "recorded_at + interval '1 microsecond'",
    "actor": "gen_random_uuid()",
    "salt": "substr(sha256(salt), 1, 16)",
    "digest": "sha256(digest)",
    "hash": "sha256(hash)",
    "body": "replace(convert_from(body, 'UTF8'), ':', ': ')::bytea",
    "type": "'stall.cancelled.2'",
    "day": "coalesce(day, '2020-01-01') + 1",
    "subject": "subject || 'x'",
    "target": "gen_random_uuid()",
    "log": "'141143-hanbai'",
    "position": "position + 1000",
}
CUT_OFF = "DELETE FROM event WHERE position > 9;"
SET_BACK = """
UPDATE log_head h SET (position, hash, recorded_at) =
    (SELECT position, hash, recorded_at FROM event WHERE position = 9)
"""
# What else an intruder with the disk could do to a log of twelve, and what position is named.
TAMPERINGS = {
    "a deletion": ("DELETE FROM event WHERE position = 5", 5),
    "a tail cut off": (CUT_OFF, 10),
    "a swap": (
        """
        UPDATE event SET position = 24 - position WHERE position IN (5, 6);
        UPDATE event SET position = position - 13 WHERE position > 12
        """,
        5,
    ),
    "an insertion": (
        """
        INSERT INTO event
        SELECT log, 13, digest, hash, gen_random_uuid(), recorded_at, actor, salt, body, type, day,
               subject, target
        FROM event WHERE position = 12
        """,
        13,
    ),
    "a withheld entry": (
        """
        UPDATE event
        SET id = NULL, recorded_at = NULL, actor = NULL, salt = NULL, body = NULL, type = NULL,
            day = NULL, subject = NULL, target = NULL
        WHERE position = 5
        """,
        5,
    ),
    "a time beyond all calendars": (
        "UPDATE event SET recorded_at = '200000-01-01' WHERE position = 5",
        5,
    ),
    "a day beyond all calendars": ("UPDATE event SET day = '200000-01-01' WHERE position = 5", 5),
    "a head moved on": ("UPDATE log_head SET position = 13", 13),
    "a head moved back": ("UPDATE log_head SET position = 11", 12),
    "a head's hash": ("UPDATE log_head SET hash = sha256(hash)", 13),
    "a head's time": ("UPDATE log_head SET recorded_at = recorded_at + interval '1 s'", 13),
    "a head's time beyond all calendars": ("UPDATE log_head SET recorded_at = '200000-01-01'", 1),
    "a head set back": (SET_BACK, 10),
    "a log gone": ("DELETE FROM event; DELETE FROM log_head", 1),
    "a tail cut off, the head set back": (CUT_OFF + SET_BACK, 10),
}


async def test_a_change_in_any_column_of_any_row_is_named(
    world: World, intruder: Connection
) -> None:
    _, entries = await stored(world)
    await intruder.execute("CREATE TABLE kept AS SELECT * FROM event")
    for entry in entries:
        for column, value in REWRITTEN.items():
            change = f"UPDATE event SET {column} = {value} WHERE position = $1"  # noqa: S608
            await intruder.execute(change, entry.position)
            assert (await verify(world.reader, HODOGAYA)).bad == entry.position, column
            await intruder.execute("DELETE FROM event")
            await intruder.execute("INSERT INTO event SELECT * FROM kept")
    assert (await verify(world.reader, HODOGAYA)).why is None


@pytest.mark.parametrize("what", TAMPERINGS)
async def test_what_else_was_done_to_a_log_is_named(
    world: World, intruder: Connection, tmp_path: Path, what: str
) -> None:
    await stored(world)
    notary = notary_of(world, tmp_path)
    await notary.sign(HODOGAYA)
    sound = await verify(world.reader, HODOGAYA, notary)
    assert (sound.position, sound.signed, sound.why) == (12, 12, None)
    statement, bad = TAMPERINGS[what]
    await intruder.execute(statement)
    verdict = await verify(world.reader, HODOGAYA, notary)
    assert verdict.bad == bad
    assert verdict.why


async def test_a_log_that_never_was_is_not_found(world: World, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await verify(world.reader, "141143-hanbai", notary_of(world, tmp_path))


async def test_a_note_that_is_not_this_node_s_is_told(world: World, tmp_path: Path) -> None:
    notary = notary_of(world, tmp_path)
    await notary.sign(HODOGAYA)
    (tmp_path / "keys" / "node.pem").unlink()
    verdict = await verify(world.reader, HODOGAYA, notary_of(world, tmp_path))
    assert (verdict.bad, verdict.position) == (None, 2)
    assert "鍵" in (verdict.why or "")


async def test_a_node_of_the_tree_that_was_changed_is_told_and_mended(
    world: World, intruder: Connection
) -> None:
    for _ in range(26):
        await stored(world)
    await tree.grow(world.projector, HODOGAYA)
    await intruder.execute("UPDATE tree_node SET hash = sha256(hash)")
    verdict = await verify(world.reader, HODOGAYA)
    assert (verdict.bad, verdict.position) == (None, 262)
    assert "ichi rebuild" in (verdict.why or "")
    await tree.rebuild(world.projector, HODOGAYA)
    assert (await verify(world.reader, HODOGAYA)).why is None


async def test_every_small_change_to_a_stored_log_is_found(world: World) -> None:
    """One bit of each byte here; all eight in tests/proof."""
    head, entries = await stored(world)
    signed = signed_of(entries)
    assert examine(HODOGAYA, head, entries, signed).why is None
    tried = 0
    for what, (other_head, others) in mutations(head, entries, bits=[1]):
        tried += 1
        assert examine(HODOGAYA, other_head, others, signed).bad is not None, what
    assert tried > 3_000


async def test_of_a_fact_not_understood_the_type_is_still_checked(world: World) -> None:
    _, entries = await stored(world)
    for kind, bad in (("stall.flown", None), ("stall.held", 3)):
        unknown = {"body": b'{"type":"stall.flown"}', "type": kind}
        newer = again([*entries[:2], msgspec.structs.replace(entries[2], **unknown), *entries[3:]])
        assert examine(HODOGAYA, last_of(newer), newer, None).bad == bad


async def test_a_history_rewritten_with_all_its_hashes_is_found_by_what_was_signed(
    world: World,
) -> None:
    _, entries = await stored(world)
    signed = signed_of(entries[:9])
    for at in range(12):
        rewritten = again([*entries[:at], *entries[at + 1 :]])
        bad = examine(HODOGAYA, last_of(rewritten), rewritten, signed).bad
        assert bad == (9 if at < 9 else None)  # what is younger than the note is not covered


async def test_what_is_published_while_a_log_is_verified_is_no_fault(world: World) -> None:
    _, verdict = await asyncio.gather(stored(world), verify(world.reader, HODOGAYA))
    assert verdict.why is None


async def test_the_database_itself_keeps_the_salt_at_sixteen_bytes(
    world: World, intruder: Connection
) -> None:
    assert await world.reader.fetchval("SELECT 1")
    with pytest.raises(asyncpg.CheckViolationError):
        await intruder.execute("UPDATE event SET salt = sha256(salt) WHERE position = 2")


def signed_of(entries: list[Entry]) -> Checkpoint:
    """The checkpoint of a log of these."""
    last = entries[-1]
    return Checkpoint("x", last.position, root_of(each.digest for each in entries), last.hash)


def again(entries: list[Entry]) -> list[Entry]:
    """The same facts as a log that holds in itself."""
    before, made = BEFORE_THE_FIRST, []
    for position, entry in enumerate(entries, 1):
        digest = digest_of(entry.salt, entry.id, entry.recorded_at, entry.actor, entry.body)
        before = hash_of(before, entry.log, position, digest)
        made.append(msgspec.structs.replace(entry, position=position, digest=digest, hash=before))
    return made
