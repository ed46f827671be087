"""The tree that is stored is the tree of the log, grown or not."""

import asyncio
import hashlib

import asyncpg
import pytest

from shared import tree
from shared.driver import Pool
from shared.errors import Diverged, NotFound
from shared.postgres import connect
from shared.proof import (
    consistency_spans,
    inclusion_spans,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.database.world import HODOGAYA, World

FILL = """
INSERT INTO event (log, position, digest, hash)
SELECT $1, n, sha256(int8send(n)), sha256('') FROM generate_series(3, $2::bigint) n
"""
SET_HEAD = "UPDATE log_head SET position = $2 WHERE log = $1"
COUNT = "SELECT height, count(*) FROM tree_node GROUP BY height ORDER BY height"


async def fill(world: World, size: int) -> list[bytes]:
    """Make the log this long, of digests alone; all digests."""
    assert world.urls.owner is not None
    superuser = await connect(world.urls.owner.replace("ichi_owner@", "postgres@"))
    await superuser.execute(FILL, HODOGAYA, size)
    await superuser.execute(SET_HEAD, HODOGAYA, size)
    await superuser.execute("ANALYZE event")
    await superuser.close()
    rows = await world.projector.fetch("SELECT digest FROM event ORDER BY position")
    return [row["digest"] for row in rows]


async def nodes(pool: Pool) -> dict[int, int]:
    return {row[0]: row[1] for row in await pool.fetch(COUNT)}


@pytest.mark.parametrize("size", [2, 255, 256, 257, 511, 512, 1000])
async def test_roots_and_proofs_are_the_same_grown_or_not(world: World, size: int) -> None:
    digests = await fill(world, size)
    chosen = {size, size - 1, size // 2, 255, 256, 257} & {*range(1, size + 1)}
    for _ in range(2):
        for each in chosen:
            assert await tree.root_at(world.reader, HODOGAYA, each) == root_of(digests[:each])
            included = await tree.inclusion(world.reader, HODOGAYA, each, size)
            expected = [root_of(digests[slice(*span)]) for span in inclusion_spans(each - 1, size)]
            assert included == expected
            consistent = await tree.consistency(world.reader, HODOGAYA, each, size)
            parts = consistency_spans(each, size)
            assert consistent == [root_of(digests[slice(*span)]) for span in parts]
        await tree.grow(world.projector, HODOGAYA)
    assert await nodes(world.projector) == ({8: size // 256} if size >= 256 else {})


async def test_a_larger_tree_stores_two_heights_and_its_proofs_hold(world: World) -> None:
    size = 65_536 + 256 * 20 + 7
    digests = await fill(world, size)
    await asyncio.gather(*(tree.grow(world.projector, HODOGAYA) for _ in range(3)))
    assert await nodes(world.projector) == {8: 276, 16: 1}
    root = await tree.root_at(world.reader, HODOGAYA, size)
    assert root == root_of(digests)
    for position in (1, 40_000, 65_536, 65_537, size):
        proof = await tree.inclusion(world.reader, HODOGAYA, position, size)
        assert verify_inclusion(digests[position - 1], position - 1, size, proof, root)
        proof = await tree.consistency(world.reader, HODOGAYA, position, size)
        before = await tree.root_at(world.reader, HODOGAYA, position)
        assert verify_consistency(position, size, proof, before, root)
    await tree.rebuild(world.projector, HODOGAYA)
    assert await nodes(world.projector) == {8: 276, 16: 1}
    assert await tree.root_at(world.reader, HODOGAYA, size) == root


async def test_a_tree_that_grew_once_grows_on(world: World) -> None:
    await fill(world, 300)
    await tree.grow(world.projector, HODOGAYA)
    assert await nodes(world.projector) == {8: 1}
    superuser = await connect(str(world.urls.owner).replace("ichi_owner@", "postgres@"))
    await superuser.execute(FILL.replace("3, ", "301, "), HODOGAYA, 1030)
    await superuser.execute(SET_HEAD, HODOGAYA, 1030)
    await superuser.close()
    await tree.grow(world.projector, HODOGAYA)
    assert await nodes(world.projector) == {8: 4}


async def test_a_tree_beyond_the_log_is_refused(world: World) -> None:
    with pytest.raises(Diverged):
        await tree.root_at(world.reader, HODOGAYA, 3)
    with pytest.raises(Diverged):
        await tree.root_at(world.reader, "141143-hanbai", 1)
    with pytest.raises(NotFound):
        await tree.grow(world.projector, "141143-hanbai")


async def test_a_reader_sees_the_nodes_of_the_log_it_names_and_changes_none(world: World) -> None:
    await fill(world, 256)
    await tree.grow(world.projector, HODOGAYA)
    async with world.reader.acquire() as connection:
        for log, seen in ((HODOGAYA, 1), ("141143-hanbai", 0), ("", 0)):
            await connection.execute("SELECT set_config('ichi.logs', $1, false)", log)
            assert await connection.fetchval("SELECT count(*) FROM tree_node") == seen
        for pool in (world.reader, world.writer, world.auth):
            for statement in (
                "INSERT INTO tree_node VALUES ('x', 8, 0, sha256(''))",
                "UPDATE tree_node SET hash = sha256('')",
                "DELETE FROM tree_node",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await pool.execute(statement)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await world.projector.execute("UPDATE tree_node SET hash = sha256('')")


def test_a_digest_is_a_leaf() -> None:
    digest = hashlib.sha256(b"").digest()
    assert root_of([digest]) == hashlib.sha256(b"\0" + digest).digest()
