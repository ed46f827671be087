"""An export is checked by one file that knows nothing of us."""

import importlib.util
import io
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import eventlog
from shared.errors import Diverged
from shared.exporting import export
from shared.postgres import connect
from shared.signing import Signer
from tests.database.mutations import flips, notary_of, stored
from tests.database.test_verifying import TAMPERINGS
from tests.database.world import HODOGAYA, World

FILE = Path(__file__).parents[2] / "deploy" / "verify_export.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_export", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verifier = loaded()


async def exported(world: World, folder: Path) -> tuple[bytes, str]:
    """An export of the log, and the key of the node that signed it."""
    notary, file = notary_of(world, folder), io.BytesIO()
    verdict = await export(world.reader, HODOGAYA, notary, file)
    assert verdict.why is None
    return file.getvalue(), notary.signer.public.vkey


def accepts(data: bytes, vkey: str | None) -> bool:
    try:
        return bool([*verifier.check(io.BytesIO(data), vkey)])
    except verifier.Bad:
        return False


def mutated(data: bytes, bits: Sequence[int]) -> Iterator[bytes]:
    """Each bit turned over; each line gone, doubled, swapped with the next, cut off."""
    yield from flips(data, bits)
    lines = data.splitlines(keepends=True)
    for at, line in enumerate(lines):
        yield b"".join(lines[:at] + lines[at + 1 :])
        yield b"".join([*lines[:at], line, *lines[at:]])
        yield b"".join([*lines[:at], b"\n", *lines[at:]])
        yield b"".join([*lines[:at], b" " + line, *lines[at + 1 :]])
        yield b"".join([*lines[:at], line.replace(b":", b": ", 1), *lines[at + 1 :]])
        yield b"".join(lines[:at])
        yield b"".join(lines[:at]) + line[:-1]
    for at, (one, other) in enumerate(pairwise(lines)):
        yield b"".join([*lines[:at], other, one, *lines[at + 2 :]])
    yield data + data
    yield data + b"\0"
    yield b""


def require_refused(data: bytes, vkey: str, bits: Sequence[int]) -> int:
    """Nothing near to an export is accepted; how many were tried."""
    tried = 0
    for each in mutated(data, bits):
        tried += 1
        assert not accepts(each, vkey), each
    return tried


async def test_an_export_is_accepted_by_a_program_of_its_own(world: World, tmp_path: Path) -> None:
    await stored(world)
    data, vkey = await exported(world, tmp_path / "node")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(FILE, elsewhere)
    (elsewhere / "export.jsonl").write_bytes(data)

    def checked(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-I", "-S", FILE.name, *arguments],
            cwd=elsewhere,
            check=False,
            capture_output=True,
            text=True,
        )

    for arguments in (["export.jsonl"], ["export.jsonl", vkey]):
        ended = checked(*arguments)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "141062-hanbai: 12件すべて確かめました" in ended.stdout
        assert vkey in ended.stdout
    lines = data.splitlines(keepends=True)
    altered = lines[5].replace(b'"data":"{', b'"data":"{ ')
    (elsewhere / "export.jsonl").write_bytes(b"".join([*lines[:5], altered, *lines[6:]]))
    ended = checked("export.jsonl")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "6行目（141062-hanbai の 5件目）が正しくありません" in ended.stderr
    assert checked("nowhere").returncode == checked().returncode == 1


async def test_an_export_keeps_the_bytes_as_they_were_sent(world: World, tmp_path: Path) -> None:
    _, entries = await stored(world)
    data, _ = await exported(world, tmp_path)
    _, *lines, _ = data.splitlines()
    bodies = [msgspec.json.decode(line)["data"].encode() for line in lines]
    assert bodies == [entry.body for entry in entries]


async def test_no_small_change_to_an_export_is_accepted(world: World, tmp_path: Path) -> None:
    """One bit of each byte here; all eight in tests/proof."""
    await stored(world)
    data, vkey = await exported(world, tmp_path)
    assert accepts(data, vkey) and accepts(data, None)
    assert require_refused(data, vkey, bits=[1]) > 5_000


async def test_an_export_signed_by_somebody_else_is_refused(world: World, tmp_path: Path) -> None:
    await stored(world)
    data, vkey = await exported(world, tmp_path / "one")
    other, another = await exported(world, tmp_path / "two")
    assert accepts(data, vkey) and accepts(other, another)
    assert not accepts(data, another)
    assert not accepts(other, vkey)


@pytest.mark.parametrize("what", ["a swap", "a deletion", "a tail cut off, the head set back"])
async def test_a_log_that_is_not_sound_is_not_exported(
    world: World, tmp_path: Path, what: str
) -> None:
    await stored(world)
    notary = notary_of(world, tmp_path)
    await notary.sign(HODOGAYA)
    assert world.urls.owner is not None
    superuser = await connect(world.urls.owner.replace("ichi_owner@", "postgres@"))
    await superuser.execute("SET session_replication_role = replica")
    for table in ("event", "log_head"):
        await superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    statement, bad = TAMPERINGS[what]
    await superuser.execute(statement)
    await superuser.close()
    assert (await export(world.reader, HODOGAYA, notary, io.BytesIO())).bad == bad


def test_the_curve_agrees_with_the_library_s() -> None:
    """What OpenSSL signed holds; what it did not sign, does not."""
    for n in range(6):
        signer = Signer("x", Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32))
        text = bytes(range(n * 9)).decode("latin-1") + "\n"
        key, signed = signer.public.raw, signer.sign(text)
        signature = verifier.b64decode(signed.rpartition(" ")[2])[4:]
        assert verifier.is_signed(key, text.encode(), signature)
        assert not verifier.is_signed(key, text.encode() + b" ", signature)
        s = int.from_bytes(signature[32:], "little") + verifier.L
        malleable = signature[:32] + s.to_bytes(32, "little")
        assert not verifier.is_signed(key, text.encode(), malleable)
        assert not verifier.is_signed(key, text.encode(), signature + b"\0")
        for altered in [*flips(key, [n]), b""]:
            assert not holds(altered, text, signature)
        for altered in flips(signature, [n]):
            assert not holds(key, text, altered)


def holds(key: bytes, text: str, signature: bytes) -> bool:
    try:
        return bool(verifier.is_signed(key, text.encode(), signature))
    except (verifier.Bad, IndexError):
        return False


async def test_a_log_that_does_not_go_on_from_what_was_signed_is_not_signed_for_an_export(
    world: World, tmp_path: Path
) -> None:
    notary = notary_of(world, tmp_path)
    await notary.sign(HODOGAYA)
    foreign = notary_of(world, tmp_path / "other")
    await stored(world)
    note = await foreign.sign(HODOGAYA)
    assert notary.notes.replace(HODOGAYA, notary.notes.read(HODOGAYA), note)
    with pytest.raises(Diverged):
        await notary.sign(HODOGAYA)
    verdict = await export(world.reader, HODOGAYA, notary, io.BytesIO())
    assert (verdict.bad, verdict.position) == (None, 12)
    assert verdict.why is not None
    assert (await eventlog.read_head(world.reader, HODOGAYA)).position == 12
