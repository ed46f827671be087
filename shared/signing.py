"""A node's key and the notes it signs: Ed25519, in the form of C2SP signed-note.

A note is text, an empty line, and one line for the signature of the text::

    — <name> <base64( key id, signature )>      key id = SHA-256( name, 0x0A, 0x01, public key )[:4]

More lines, which that form allows, are refused here: nobody but the node signs.
"""

import base64
import binascii
import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shared.errors import BadSetting, Diverged

KEY_FILE = "node.pem"
ED25519 = b"\x01"
KEY_ID_BYTES = 4
LINES = re.compile(r"[^\x00-\x09\x0b-\x1f]+\n")
SIGNATURE = re.compile(r"\n— ([^ +]+) (\S+)\n")


class BadNote(Diverged):
    message = (
        "署名付きの控えが書き換えられているか、このサーバーの鍵で署名されたものではありません。"
        "運用担当者に確認（ichi verify）を依頼してください"
    )


class PublicKey(msgspec.Struct, frozen=True):
    """A key by the name of its node; `raw` is 32 bytes."""

    name: str
    raw: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell one key of a name from another."""
        named = self.name.encode() + b"\n" + ED25519 + self.raw
        return hashlib.sha256(named).digest()[:KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key in one line, as verifiers of such notes take it."""
        return f"{self.name}+{self.id.hex()}+{encode64(ED25519 + self.raw)}"

    def text_of(self, note: str) -> str:
        """The text that this key signed; raises `BadNote` for anything but one whole note."""
        text, gap, rest = note.rpartition("\n\n")
        text += "\n"
        signed = SIGNATURE.fullmatch(gap[1:] + rest)
        if not LINES.fullmatch(text) or signed is None or signed[1] != self.name:
            raise BadNote
        signature = decode64(signed[2])
        if signature[:KEY_ID_BYTES] != self.id:
            raise BadNote
        try:
            key = Ed25519PublicKey.from_public_bytes(self.raw)
            key.verify(signature[KEY_ID_BYTES:], text.encode())
        except InvalidSignature as error:
            raise BadNote from error
        return text


class Signer:
    """A node's private key."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        """Hold the key under the node's name."""
        self._key = key
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public = PublicKey(name, raw)

    def sign(self, text: str) -> str:
        """The note of a text, whose lines all end."""
        signature = encode64(self.public.id + self._key.sign(text.encode()))
        return f"{text}\n— {self.public.name} {signature}\n"


def load_signer(folder: Path, name: str) -> Signer:
    """The node's key from its file, made at the first use; raises `BadSetting`."""
    file = folder / KEY_FILE
    try:
        if not file.exists():
            _make(file)
        key = load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        raise BadSetting("ICHI_KEYS", f"鍵のファイル {file} を使えません: {error}") from error
    except ValueError as error:
        raise BadSetting("ICHI_KEYS", f"{file} は鍵のファイルではありません") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSetting("ICHI_KEYS", f"{file} は Ed25519 の鍵ではありません")
    return Signer(name, key)


def _make(file: Path) -> None:
    """Write a new key under another name, then link it: the first of several processes wins."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    handle, new = tempfile.mkstemp(dir=file.parent)  # readable by nobody else
    with os.fdopen(handle, "wb") as opened:
        opened.write(pem)
        opened.flush()
        os.fsync(handle)
    with suppress(FileExistsError):
        file.hardlink_to(new)
    Path(new).unlink()


def encode64(data: bytes) -> str:
    """Base64 as it stands in notes."""
    return base64.b64encode(data).decode()


def decode64(text: str) -> bytes:
    """Read base64 that is written as `encode64` would; raises `BadNote`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote from error
    if encode64(data) != text:
        raise BadNote
    return data
