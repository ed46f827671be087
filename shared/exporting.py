"""A log as a file that can be checked without us: JSON lines, in the order of the log.

For each log a line with its name, its entries, and a line with the signed checkpoint of the last
one and the key. `deploy/verify_export.py` reads it back; the README ("The bytes") tells the rest.
"""

import json
from collections.abc import Callable
from typing import BinaryIO

from shared.chain import micros_of
from shared.driver import Pool
from shared.errors import Diverged
from shared.eventlog import Entry
from shared.notary import Notary
from shared.verifying import Verdict, verify

VERSION = 1


async def export(
    reader: Pool,
    log: str,
    notary: Notary,
    file: BinaryIO,
    progress: Callable[[int, int], None] | None = None,
) -> Verdict:
    """Write a log up to a checkpoint made now; whole and true only if the verdict says so.

    Raises `NotFound`.
    """
    try:
        note = await notary.sign(log)
    except Diverged:
        verdict = await verify(reader, log, notary, progress)
        if verdict.why is None:
            raise
        return verdict
    size = notary.checkpoint(log, note).size

    def keep(entry: Entry) -> None:
        if entry.position <= size:
            file.write(_line(_content(entry)))

    file.write(_line({"ichi": VERSION, "log": log}))
    verdict = await verify(reader, log, notary, progress, keep)
    file.write(_line({"checkpoint": note, "vkey": notary.signer.public.vkey}))
    return verdict


def _content(entry: Entry) -> dict[str, object]:
    return {
        "position": entry.position,
        "id": str(entry.id),
        "recorded_at": micros_of(entry.recorded_at),
        "actor": str(entry.actor),
        "salt": entry.salt.hex(),
        "digest": entry.digest.hex(),
        "hash": entry.hash.hex(),
        "data": entry.body.decode(errors="replace"),  # what was no text then fails the check
    }


def _line(content: dict[str, object]) -> bytes:
    """The one way to write a line: what is written otherwise, a verifier refuses."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
