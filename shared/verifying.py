"""Is a log what its publishers said? Recomputes the chain and what was read out of the bodies."""

from collections.abc import Callable

import msgspec

from shared import eventlog
from shared.chain import BEFORE_THE_FIRST, digest_of, hash_of
from shared.domain.catalogue import NotUnderstood
from shared.driver import Pool
from shared.eventlog import Entry


class Verdict(msgspec.Struct, frozen=True):
    """`bad` is the first position that does not hold, `why` in Japanese; None where all holds."""

    log: str
    position: int
    hash: str
    bad: int | None = None
    why: str | None = None


async def verify(
    reader: Pool, log: str, progress: Callable[[int, int], None] | None = None
) -> Verdict:
    """Check a whole log up to its head; `progress` is told (position, head). Raises `NotFound`."""
    head = await eventlog.read_head(reader, log)
    before = BEFORE_THE_FIRST
    position = 0
    async for entry in eventlog.read_all(reader, log, upto=head.position):
        position += 1
        if (why := _fault(entry, position, before)) is not None:
            return Verdict(log, position - 1, before.hex(), position, why)
        before = entry.hash
        if progress is not None:
            progress(position, head.position)
    if (position, before) != (head.position, head.hash):
        why = f"台帳の先頭は {head.position} 件目ですが、{position} 件目までしか確かめられません"
        return Verdict(log, position, before.hex(), position + 1, why)
    return Verdict(log, position, before.hex())


def _fault(entry: Entry, position: int, before: bytes) -> str | None:
    if entry.position != position:
        return "記録が抜けています"
    digest = digest_of(entry.salt, entry.id, entry.recorded_at, entry.actor, entry.body)
    if digest != entry.digest:
        return "記録の内容が書き換えられています"
    if hash_of(before, entry.log, position, digest) != entry.hash:
        return "前の記録とのつながりが合いません"
    fact = entry.fact
    as_read = (
        entry.type == fact.type
        if isinstance(fact, NotUnderstood)
        else (eventlog.columns_of(fact) == entry.columns)
    )
    if not as_read:
        return "索引の列が記録の内容と違います"
    return None
