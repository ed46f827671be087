"""A note that this node did not sign, or not so, is refused."""

import base64
import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.checkpoint import Checkpoint, Newest, origin_of, parse
from shared.errors import BadSetting
from shared.signing import BadNote, PublicKey, Signer, load_signer

ORIGIN = origin_of("node.example", "141062-hanbai")
SIGNED = Checkpoint(ORIGIN, 84, hashlib.sha256(b"root").digest(), hashlib.sha256(b"chain").digest())
SIGNER = Signer("node.example", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
NOTE = SIGNER.sign(SIGNED.text)


def opened(note: str) -> Checkpoint:
    return parse(SIGNER.public.text_of(note), ORIGIN)


def test_a_note_reads_back_as_what_was_signed() -> None:
    assert opened(NOTE) == SIGNED
    *lines, gap, signature = NOTE.splitlines()
    assert lines[:2] == ["node.example/logs/141062-hanbai", "84"]
    assert (gap, signature[:15]) == ("", "— node.example ")


def test_the_key_in_one_line_is_as_other_verifiers_take_it() -> None:
    name, key_id, key = SIGNER.public.vkey.split("+", 2)
    raw = base64.b64decode(key)
    assert (raw[:1], raw[1:]) == (b"\1", SIGNER.public.raw)
    assert hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() == key_id


def forged() -> Iterator[tuple[str, str]]:
    """What nobody signed, with a word for it."""
    text, signature = NOTE.split("\n\n")
    text += "\n"
    blob = base64.b64decode(signature.rpartition(" ")[2])
    own_name = "— node.example "
    stranger = Signer("node.example", Ed25519PrivateKey.generate())
    namesake = Signer("node.example2", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    yield "another key", stranger.sign(text)
    yield "another name", namesake.sign(text)
    other = base64.b64encode(SIGNER.public.id + blob[4:-1] + bytes([blob[-1] ^ 1])).decode()
    yield "another signature", f"{text}\n{own_name}{other}\n"
    alien = base64.b64decode(stranger.sign(text).split(" ")[-1])
    colliding = base64.b64encode(SIGNER.public.id + alien[4:]).decode()
    yield "another key under this one's id", f"{text}\n{own_name}{colliding}\n"
    yield "two signatures", NOTE + signature
    yield "a stranger's beside it", NOTE + stranger.sign(text).split("\n\n")[1]
    yield "no signature", text
    yield "no signature after the gap", f"{text}\n"
    yield "nothing", ""
    yield "no end of line", NOTE.removesuffix("\n")
    yield "a line more", NOTE + "\n"
    yield "no gap", f"{text}{signature}"
    yield "a blank more", NOTE.replace(own_name, own_name + " ")
    yield "a hyphen for the dash", NOTE.replace("—", "-")
    yield "base64 without its end", f"{text}\n{own_name}{base64.b64encode(blob).decode()[:-4]}\n"
    yield "too long", f"{text}\n{own_name}{base64.b64encode(blob + blob[-3:]).decode()}\n"
    yield "no base64", f"{text}\n{own_name}{'あ' * 8}\n"
    yield "windows", NOTE.replace("\n", "\r\n")
    yield "text before it", "x\n" + NOTE
    for changed in (
        text.replace("84", "85"),
        text.replace("84", "084"),
        text.replace("node.example/", "other.example/"),
        text.replace("chain ", "chain  "),
        text + "one line more\n",
        text.swapcase(),
    ):
        yield "altered text", f"{changed}\n{signature}"


@pytest.mark.parametrize(("what", "note"), [*forged()])
def test_a_forged_note_is_refused(what: str, note: str) -> None:
    with pytest.raises(BadNote):
        opened(note)
    assert what


def test_whatever_single_bit_of_a_note_is_changed_it_is_refused() -> None:
    data = NOTE.encode()
    for at in range(len(data)):
        for bit in range(8):
            altered = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            try:
                note = altered.decode()
            except UnicodeDecodeError:
                continue  # `Newest.read` refuses it
            with pytest.raises(BadNote):
                opened(note)


def texts() -> Iterator[str]:
    """What we would never sign, though a key could."""
    root, chain = SIGNED.text.splitlines()[2:]
    for size in ("0", "-1", "084", "+84", "８４", "84.0", "1e9", "", "x"):
        yield f"{ORIGIN}\n{size}\n{root}\n{chain}\n"
    for bad in (root[:-1], root[:-2] + "1=", root[:-4], "", base64.b64encode(bytes(33)).decode()):
        yield f"{ORIGIN}\n84\n{bad}\n{chain}\n"
        yield f"{ORIGIN}\n84\n{root}\nchain {bad}\n"
    yield f"{ORIGIN}\n84\n{root}\n"
    yield f"{ORIGIN}\n84\n{root}\n{chain}\n{chain}\n"
    yield f"{ORIGIN}\n84\n{root}\n{chain.replace('chain', 'Chain')}\n"
    yield f"node.example/logs/141143-hanbai\n84\n{root}\n{chain}\n"
    yield "x\n"


@pytest.mark.parametrize("text", [*texts()])
def test_a_signed_text_that_is_no_checkpoint_of_this_log_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        opened(SIGNER.sign(text))


def test_a_key_is_made_once_and_for_its_node_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "keys"
    first = load_signer(folder, "here")
    assert load_signer(folder, "here").public == first.public
    assert load_signer(folder, "there").public == PublicKey("there", first.public.raw)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_no_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="ICHI_KEYS"):
        load_signer(Path("/dev/null/keys"), "here")
    (tmp_path / "node.pem").write_text("key", "utf-8")
    with pytest.raises(BadSetting, match="ICHI_KEYS"):
        load_signer(tmp_path, "here")
    other = X25519PrivateKey.generate()
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "node.pem").write_bytes(pem)
    with pytest.raises(BadSetting, match="ICHI_KEYS"):
        load_signer(tmp_path, "here")


def test_the_newest_note_is_replaced_only_by_whoever_has_read_it(tmp_path: Path) -> None:
    notes = Newest(tmp_path / "checkpoints")
    assert (notes.logs(), notes.read("a")) == ([], None)
    assert notes.replace("a", None, "1\n")
    assert not notes.replace("a", None, "2\n")
    assert not notes.replace("a", "0\n", "2\n")
    assert notes.replace("a", "1\n", "2\n")
    assert (notes.logs(), notes.read("a")) == (["a"], "2\n")
    (tmp_path / "checkpoints" / "a.checkpoint").write_bytes(b"\xff")
    with pytest.raises(BadNote):
        notes.read("a")
    with pytest.raises(BadSetting, match="ICHI_CHECKPOINTS"):
        Newest(Path("/dev/null/x")).replace("a", None, "1\n")
