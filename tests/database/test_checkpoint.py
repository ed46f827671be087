"""What is signed goes on from what was signed before, and says so outside the database."""

import asyncio
import logging
from pathlib import Path

import msgspec
import pytest

from services.projector.checkpoints import run, signing
from shared import eventlog
from shared import notary as notary_module
from shared.driver import Connection
from shared.errors import BadSetting, Diverged, NotFound
from shared.notary import Notary
from shared.proof import root_of
from shared.publishing import Door
from shared.settings import Settings
from tests.database.mutations import notary_of, stored
from tests.database.test_verifying import TAMPERINGS
from tests.database.world import HODOGAYA, World

CUT_OFF, _ = TAMPERINGS["a tail cut off, the head set back"]


def overseer(world: World, folder: Path) -> Notary:
    """A notary that sees all logs."""
    settings = Settings(keys=folder / "keys", checkpoints=folder / "checkpoints")
    return Notary(settings, world.projector)


async def test_a_checkpoint_says_how_long_a_log_is_and_what_it_is(
    world: World, tmp_path: Path
) -> None:
    head, entries = await stored(world)
    notary = notary_of(world, tmp_path)
    assert notary.newest(HODOGAYA) is None
    note = await notary.sign(HODOGAYA)
    signed = notary.checkpoint(HODOGAYA, note)
    assert (signed.origin, signed.size) == ("local/logs/141062-hanbai", 12)
    assert signed.root == root_of(entry.digest for entry in entries)
    assert signed.chain == head.hash
    assert notary.newest(HODOGAYA) == signed
    assert notary.notes.logs() == [HODOGAYA]
    assert await notary.sign(HODOGAYA) == await notary_of(world, tmp_path).sign(HODOGAYA) == note


async def test_a_log_that_grew_is_signed_anew(world: World, tmp_path: Path) -> None:
    notary = notary_of(world, tmp_path)
    for size in (12, 22):
        await stored(world)
        await notary.sign(HODOGAYA)
        signed = notary.newest(HODOGAYA)
        assert signed is not None and signed.size == size
    with pytest.raises(NotFound):
        await notary.sign("141143-hanbai")


@pytest.mark.parametrize("grown", [0, 2, 3, 10])
async def test_a_log_whose_tail_was_cut_off_is_never_signed_again(
    world: World, intruder: Connection, tmp_path: Path, grown: int
) -> None:
    """Neither shorter, nor as long as it was, nor longer."""
    await stored(world)
    notary = overseer(world, tmp_path)
    note = await notary.sign(HODOGAYA)
    await intruder.execute(CUT_OFF)
    if grown:
        async with Door(world.writer) as world.door:  # the one before knows where the log ended
            await stored(world, grown)
    with pytest.raises(Diverged):
        await notary.sign(HODOGAYA)
    assert notary.notes.read(HODOGAYA) == note
    assert await notary.unsigned() == ([] if grown == 10 else [HODOGAYA])


async def test_a_log_without_its_last_entries_is_not_signed_though_its_head_stands(
    world: World, intruder: Connection, tmp_path: Path
) -> None:
    await stored(world)
    notary = overseer(world, tmp_path)
    await notary.sign(HODOGAYA)
    await stored(world, 3)
    await intruder.execute("DELETE FROM event WHERE position > 10")
    with pytest.raises(Diverged):
        await notary.sign(HODOGAYA)
    assert await notary.unsigned() == [HODOGAYA]


async def test_a_history_rewritten_below_the_head_is_not_signed(
    world: World, intruder: Connection, tmp_path: Path
) -> None:
    await stored(world)
    notary = notary_of(world, tmp_path)
    await notary.sign(HODOGAYA)
    await intruder.execute("UPDATE event SET digest = sha256(digest) WHERE position = 4")
    await stored(world, 1)
    with pytest.raises(Diverged):
        await notary.sign(HODOGAYA)


async def test_several_processes_sign_one_after_the_other(world: World, tmp_path: Path) -> None:
    async def sign_and_look(_: int) -> int:
        notary = notary_of(world, tmp_path)
        signed = notary.checkpoint(HODOGAYA, await notary.sign(HODOGAYA))
        return signed.size

    async def publish_and_sign(n: int) -> int:
        await stored(world, 1)
        return await sign_and_look(n)

    await asyncio.gather(*(publish_and_sign(n) for n in range(6)))
    newest = notary_of(world, tmp_path).newest(HODOGAYA)
    assert newest is not None
    assert newest.size == (await eventlog.read_head(world.reader, HODOGAYA)).position == 8


async def test_the_loop_signs_what_grows_and_names_what_diverged(
    world: World, intruder: Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notary, stop = overseer(world, tmp_path), asyncio.Event()
    task = asyncio.create_task(run(notary, world.projector, stop=stop, every=0.02))
    for size in (12, 22):
        await stored(world)
        await until_signed(notary, size)
    await intruder.execute(CUT_OFF)
    await until_told(caplog, "141062-hanbai is not what was signed")
    stop.set()
    await asyncio.wait_for(task, 5)
    await until_signed(notary, 22)


async def test_the_loop_outlives_a_database_and_a_folder_that_are_away(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "checkpoints").write_text("", "utf-8")
    notary, stop = overseer(world, tmp_path), asyncio.Event()
    task = asyncio.create_task(run(notary, world.projector, stop=stop, every=0.02))
    await until_told(caplog, "cannot sign 141062-hanbai")
    (tmp_path / "checkpoints").unlink()
    await until_signed(notary, 2)
    await world.projector.close()
    await until_told(caplog, "cannot look for logs to sign")
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_a_service_signs_at_its_start_or_says_why_not(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(keys=tmp_path / "keys", checkpoints=tmp_path / "checkpoints")
    with caplog.at_level(logging.INFO):
        async with signing(world.urls, settings):
            await until_signed(notary_of(world, tmp_path), 2)
    assert "signing as local+" in caplog.text
    nowhere = msgspec.structs.replace(settings, keys=Path("/dev/null/keys"))
    with pytest.raises(BadSetting, match="ICHI_KEYS"):
        async with signing(world.urls, nowhere):
            raise AssertionError


async def until_signed(notary: Notary, size: int) -> None:
    for _ in range(1000):
        signed = notary.newest(HODOGAYA)
        if signed is not None and signed.size == size:
            return
        await asyncio.sleep(0.01)
    raise AssertionError


async def until_told(caplog: pytest.LogCaptureFixture, text: str) -> None:
    for _ in range(1000):
        if text in caplog.text:
            return
        await asyncio.sleep(0.01)
    raise AssertionError


async def test_what_waits_too_long_for_a_signature_is_told(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notary = overseer(world, tmp_path)
    assert await notary.unsigned() == []
    monkeypatch.setattr(notary_module, "SIGNED_WITHIN", notary_module.SIGNED_WITHIN * 0)
    assert await notary.unsigned() == [HODOGAYA]
    await notary.sign(HODOGAYA)
    assert await notary.unsigned() == []
    await stored(world, 1)
    assert await notary.unsigned() == [HODOGAYA]
    file = tmp_path / "checkpoints" / "141062-hanbai.checkpoint"
    file.write_text("x", "utf-8")
    assert await notary.unsigned() == [HODOGAYA]
