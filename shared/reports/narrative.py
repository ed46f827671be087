"""The lower part of the form, in free words: できたこと to 市域で共有したい課題."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from shared.reports.form import (
    ACHIEVEMENTS,
    COOPERATION,
    ISSUES,
    PRACTICES,
    SHARED_ISSUES,
    NumberedText,
)
from shared.reports.labels import known, label_of
from shared.reports.ledger import Cell, Ledger
from shared.reports.marks import Mark
from shared.reports.text import Folded, lines

LONGEST_TEXT: Final = 10_000
CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽"
Stretch = tuple[int, int]
# "1. ", "1）", "(1)": not 1.5倍.
_NUMBER: Final = re.compile(r"(?:([0-9]{1,2})\s*(?:[.:、](?![0-9])|\))|\(([0-9]{1,2})\))\s*(?=\S)")


_HEADINGS: Final = (ACHIEVEMENTS, ISSUES)


class Narrative:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._heading: str | None = None
        self._heading_ends_cell = False
        self._columns: list[tuple[int, str | None]] = []
        self.achievements: list[str] = []
        self.issues: list[NumberedText] = []
        self.shared: dict[str, list[str]] = {PRACTICES: [], SHARED_ISSUES: []}

    def read_labelled(self, cells: Sequence[Cell]) -> bool:
        """Read the row if it holds a label or a heading of this part, and say whether it does."""
        shared = {cell: label for cell in cells if (label := label_of(cell)) in self.shared}
        if shared:
            self._columns = [(cell.column, shared.get(cell)) for cell in cells]
            for cell in shared:
                self._ledger.label(cell)
            return True
        if any(label_of(cell) == COOPERATION or _has_heading(cell.folded) for cell in cells):
            self._columns = []
            for cell in cells:
                self._read_cooperation(cell)
            return True
        return False

    def read_further(self, cells: Sequence[Cell]) -> None:
        """Read texts below the last two labels, or below a heading that stood alone."""
        for cell in cells:
            label = None
            for column, above in self._columns:
                label = above if column <= cell.column else label
            if label is not None:
                self._ledger.name(cell, label, personal=False)
                for line in lines(cell.folded):
                    self._keep(self.shared[label], cell, line)
            elif self._heading_ends_cell:
                self._read_cooperation(cell)

    def _read_cooperation(self, cell: Cell) -> None:
        """Read below the cell's own heading, or below one that stood alone in the cell before."""
        if label_of(cell) == COOPERATION:
            self._ledger.label(cell)
            return
        self._ledger.name(cell, COOPERATION, personal=False)
        if not self._heading_ends_cell:
            self._heading = None
        for line in lines(cell.folded):
            heading = _heading(cell.folded, line)
            self._heading_ends_cell = heading is not None
            if heading is not None:
                self._heading = heading
                self._ledger.enter(cell, Mark(*line, "label"))
            elif self._heading == ACHIEVEMENTS:
                self._keep(self.achievements, cell, line)
            elif self._heading == ISSUES:
                self._keep_issue(cell, line)

    def _keep(self, texts: list[str], cell: Cell, line: Stretch) -> None:
        text = cell.folded.original(*line)
        if len(text) <= LONGEST_TEXT:
            texts.append(text)
            self._ledger.enter(cell, Mark(*line, "fact"))

    def _keep_issue(self, cell: Cell, line: Stretch) -> None:
        start, end = line
        number, begins = _number(cell.folded, line)
        text = cell.folded.original(begins, end)
        if len(text) <= LONGEST_TEXT:
            self.issues.append(NumberedText(number, text))
            self._ledger.enter(cell, Mark(start, begins, "label"), Mark(begins, end, "fact"))


def _has_heading(cell: Folded) -> bool:
    return any(_heading(cell, line) for line in lines(cell))


def _heading(cell: Folded, line: Stretch) -> str | None:
    word = known(cell.text[slice(*line)])
    return word if word in _HEADINGS else None


def _number(cell: Folded, line: Stretch) -> tuple[int | None, int]:
    """Give the number a paragraph begins with, and where its words begin."""
    start, end = line
    if written := _NUMBER.match(cell.text, start, end):
        return int(written[1] or written[2]), written.end()
    if cell.text[start] in CIRCLED and start + 1 < end:
        return int(unicodedata.numeric(cell.text[start])), cell.trim(start + 1, end)[0]
    return None, start
