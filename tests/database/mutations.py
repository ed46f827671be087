"""Every change that somebody with the disk could make to a stored log, one at a time."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from shared import eventlog
from shared.chain import EPOCH, micros_of
from shared.eventlog import Entry, Head
from shared.notary import Notary
from shared.settings import Settings
from tests.database.world import HODOGAYA, World
from tests.histories import a_history

Log = tuple[Head | None, list[Entry]]

MILLENNIUM = date(2000, 1, 1)
ALL_BITS = range(8)


async def stored(world: World, length: int = 10) -> tuple[Head, list[Entry]]:
    """A log of two entries more than this, as it is stored."""
    facts = [fact for _, fact in a_history(5, 4 * length) if fact.correctable]
    await world.publish(*facts[:length])
    head = await eventlog.read_head(world.reader, HODOGAYA)
    return head, await eventlog.read_page(world.reader, HODOGAYA, 0)


def notary_of(world: World, folder: Path) -> Notary:
    settings = Settings(keys=folder / "keys", checkpoints=folder / "checkpoints")
    return Notary(settings, world.reader)


def flips(data: bytes, bits: Sequence[int]) -> Iterator[bytes]:
    """Each byte with one bit turned over, each of these bits in turn."""
    for at, byte in enumerate(data):
        for bit in bits:
            yield data[:at] + bytes([byte ^ 1 << bit]) + data[at + 1 :]


def day_of(data: bytes) -> date:
    return MILLENNIUM + timedelta(int.from_bytes(data, signed=True))


def time_of(data: bytes) -> datetime:
    return EPOCH + timedelta(microseconds=int.from_bytes(data, signed=True))


FORMS: dict[type, tuple[Callable[[Any], bytes], Callable[[bytes], object]]] = {
    bytes: (bytes, bytes),
    str: (str.encode, bytes.decode),
    int: (lambda number: number.to_bytes(8), int.from_bytes),
    UUID: (lambda identity: identity.bytes, lambda data: UUID(bytes=data)),
    datetime: (lambda time: micros_of(time).to_bytes(8, signed=True), time_of),
    date: (lambda day: (day - MILLENNIUM).days.to_bytes(4, signed=True), day_of),
}
"""A value as the bytes that the database holds, and back."""


def altered(value: Any, bits: Sequence[int]) -> Iterator[object]:  # noqa: ANN401 - any column
    """The values near to one; bytes that no column can hold (no text, no such day) are left out."""
    if value is None:
        yield from (UUID(int=0), date(2025, 4, 1))
        return
    to_bytes, from_bytes = next(form for kind, form in FORMS.items() if isinstance(value, kind))
    yield None
    for data in flips(to_bytes(value), bits):
        try:
            yield from_bytes(data)
        except (UnicodeDecodeError, OverflowError):
            continue


def columns(row: msgspec.Struct, bits: Sequence[int]) -> Iterator[tuple[str, Any]]:
    for name in row.__struct_fields__:
        for value in altered(getattr(row, name), bits):
            yield name, msgspec.structs.replace(row, **{name: value})


def mutations(head: Head, entries: list[Entry], bits: Sequence[int]) -> Iterator[tuple[str, Log]]:
    """Each log that differs from this one, with a word for the change; the head goes along."""
    for at, entry in enumerate(entries):
        before, after = entries[:at], entries[at + 1 :]
        for name, row in columns(entry, bits):
            yield f"{name} of {at + 1}", (head, [*before, row, *after])
        yield f"no {at + 1}", (head, [*before, *after])
        yield f"no {at + 1}, moved up", (shorter(head, entries), [*before, *moved(after, -1)])
        yield f"{at + 1} twice", (head, [*before, entry, entry, *after])
        doubled = [*before, entry, *moved([entry, *after], 1)]
        yield f"{at + 1} twice, moved down", (last_of(doubled), doubled)
    for at, (one, other) in enumerate(pairwise(entries)):
        before, after = entries[:at], entries[at + 2 :]
        yield f"{at + 1} after {at + 2}", (head, [*before, other, one, *after])
        swapped = [*before, *moved([other], -1), *moved([one], 1), *after]
        yield f"{at + 1} and {at + 2} swapped", (last_of(swapped), swapped)
    for name, row in columns(head, bits):
        if name != "log" and None not in msgspec.structs.astuple(row):
            yield f"{name} of the head", (row, entries)
    for size in range(1, len(entries)):
        yield f"cut off after {size}", (head, entries[:size])
        yield f"set back to {size}", (last_of(entries[:size]), entries)
        yield f"cut off after {size} and set back", (last_of(entries[:size]), entries[:size])
    yield "nothing left", (None, [])


def moved(entries: Sequence[Entry], by: int) -> list[Entry]:
    return [msgspec.structs.replace(entry, position=entry.position + by) for entry in entries]


def last_of(entries: Sequence[Entry]) -> Head:
    """The head that an intruder would set to go with these."""
    last = entries[-1]
    return Head(last.log, last.position, last.hash, last.recorded_at)


def shorter(head: Head, entries: Sequence[Entry]) -> Head:
    return Head(head.log, head.position - 1, entries[-1].hash, entries[-1].recorded_at)
