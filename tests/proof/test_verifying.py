"""Every bit of every byte: nothing changed in a stored log or in an export of it goes unseen."""

from pathlib import Path

from shared.verifying import examine
from tests.database.mutations import ALL_BITS, mutations, stored
from tests.database.test_export import exported, require_refused
from tests.database.test_verifying import signed_of
from tests.database.world import HODOGAYA, World


async def test_every_change_to_a_stored_log_is_found(world: World) -> None:
    head, entries = await stored(world)
    signed = signed_of(entries)
    tried = 0
    for what, (other_head, others) in mutations(head, entries, ALL_BITS):
        tried += 1
        assert examine(HODOGAYA, other_head, others, signed).bad is not None, what
    assert tried > 30_000


async def test_every_change_to_an_export_is_found(world: World, tmp_path: Path) -> None:
    await stored(world)
    data, vkey = await exported(world, tmp_path)
    assert require_refused(data, vkey, ALL_BITS) > 40_000
