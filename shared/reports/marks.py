"""What became of a stretch of a cell: a fact, a label, a separator, or an unread remark."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

Role = Literal["fact", "label", "separator", "remark"]


class Mark(NamedTuple):
    """A stretch of a folded text; a remark has a rule that says why it was not understood."""

    start: int
    end: int
    role: Role
    rule: str = "reading.unread"


def gaps(length: int, marks: Iterable[Mark]) -> Iterator[tuple[int, int]]:
    """Give the stretches between marks, in order."""
    done = 0
    for mark in sorted(marks):
        if done < mark.start:
            yield done, mark.start
        done = max(done, mark.end)
    if done < length:
        yield done, length


def separators(text: str, marks: Iterable[Mark], known: re.Pattern[str]) -> list[Mark]:
    """Mark the gaps that hold nothing but known separators."""
    return [
        Mark(start, end, "separator")
        for start, end in gaps(len(text), marks)
        if known.fullmatch(text, start, end)
    ]
