"""A signed head of a log (C2SP tlog-checkpoint), and the newest of each in a file of its own.

The signed text is four lines: the origin ``<node>/logs/<log>``, the size of the tree (the head's
position), its root in base64, and ``chain`` with the head's hash in base64.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from shared.errors import BadSetting
from shared.signing import BadNote, decode64, encode64

ENDING = ".checkpoint"


class Checkpoint(msgspec.Struct, frozen=True):
    """What a node says of a log: how many entries, under which root and which chain hash."""

    origin: str
    size: int
    root: bytes
    chain: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        root, chain = encode64(self.root), encode64(self.chain)
        return f"{self.origin}\n{self.size}\n{root}\nchain {chain}\n"


def origin_of(node: str, log: str) -> str:
    """A log's name among all logs of all nodes."""
    return f"{node}/logs/{log}"


def parse(text: str, origin: str) -> Checkpoint:
    """Read a signed text about this log; raises `BadNote` for one that nobody here wrote."""
    lines = text.split("\n")
    if len(lines) != len(("origin", "size", "root", "chain", "")) or not lines[1].isascii():
        raise BadNote
    if not lines[1].isdigit() or not lines[3].startswith("chain "):
        raise BadNote
    root, chain = decode64(lines[2]), decode64(lines[3].removeprefix("chain "))
    found = Checkpoint(origin, int(lines[1]), root, chain)
    if found.text != text or found.size < 1 or (len(root), len(chain)) != (32, 32):
        raise BadNote
    return found


class Newest:
    """The newest note of each log, outside the database."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when something is first put into it."""
        self._folder = folder

    def logs(self) -> list[str]:
        """The logs that have a note."""
        return sorted(file.name.removesuffix(ENDING) for file in self._folder.glob(f"*{ENDING}"))

    def read(self, log: str) -> str | None:
        """A log's note; raises `BadNote` where the file is not even text."""
        try:
            return self._file(log).read_bytes().decode()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise BadNote from error

    def replace(self, log: str, before: str | None, note: str) -> bool:
        """Put a note in the place of the one before; False where that is no longer there.

        After a crash either the one or the other is there, whole. Raises `BadSetting`.
        """
        try:
            with self._locked():
                if self.read(log) != before:
                    return False
                self._write(self._file(log), note)
        except OSError as error:
            why = f"{self._folder} に署名付きの控えを書けません: {error}"
            raise BadSetting("ICHI_CHECKPOINTS", why) from error
        return True

    def _file(self, log: str) -> Path:
        return self._folder / f"{log}{ENDING}"

    def _write(self, file: Path, note: str) -> None:
        new = file.with_suffix(".new")
        with new.open("wb") as opened:
            opened.write(note.encode())
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
            os.fsync(folder)
        finally:
            os.close(folder)
