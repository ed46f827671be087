"""The cells of 部会長 and 副部会長: 氏名（所属先）. Names go to the erasable table."""

from typing import Final

from shared.reports.brackets import (
    SEPARATORS,
    UNPAIRED,
    Named,
    names_with_brackets,
    pair_brackets,
)
from shared.reports.form import Officer
from shared.reports.marks import Mark, separators
from shared.reports.text import Folded

LONGEST_NAME: Final = 100
LABEL_WORDS: Final = ("氏名", "所属先")
"""A damaged label that stands where an officer should."""


def read_officers(cell: Folded, start: int) -> tuple[list[Officer], list[Mark]]:
    """Read the officers behind `start`, and say what became of every stretch from there."""
    paired = pair_brackets(" " * start + cell.text[start:])
    if paired is None:
        return [], []
    officers: list[Officer] = []
    marks = [Mark(0, start, "label")]
    for named in names_with_brackets(cell, paired):
        officer, inside = _officer(cell, paired, named)
        if officer is None:
            marks.append(Mark(*named.whole, "remark"))
        else:
            officers.append(officer)
            marks += [Mark(*named.name, "fact"), Mark(*inside, "fact")]
    return officers, marks[1:] + separators(cell.text, marks, SEPARATORS)


def _officer(cell: Folded, paired: str, named: Named) -> tuple[Officer | None, tuple[int, int]]:
    end = named.name[1]
    inside = (named.parts[0][0], named.parts[-1][1]) if named.parts else (end, end)
    name, affiliation = cell.original(*named.name), cell.original(*inside)
    words = paired[slice(*named.whole)]
    sound = (
        0 < len(name) <= LONGEST_NAME
        and len(affiliation) <= LONGEST_NAME
        and UNPAIRED not in words
        and not any(word in words for word in LABEL_WORDS)
    )
    return Officer(name, affiliation or None) if sound else None, inside
