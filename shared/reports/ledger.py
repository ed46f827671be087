"""The account of a form's cells: what every character became."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from shared.reports.cells import Grid
from shared.reports.form import CHAIR, VICE_CHAIR, ReadingWarning, Remark
from shared.reports.marks import Mark, Role, gaps
from shared.reports.text import Folded, fold, unprintable

LONGEST_LABEL: Final = 100
QUOTED: Final = 30
OFFICES: Final = (CHAIR, VICE_CHAIR)
NAMED: Final = (
    "に、部会長か副部会長の氏名と同じ文字があります。"
    "人の名前なら、様式から消して読み込み直してください"
)

WHY: Final = {
    "reading.unread": "を読み取れませんでした",
    "reading.impossible_date": "は、この月にない日付です",
    "reading.other_month": "は、この行の年月と合いません",
    "reading.weekday_differs": "は、日付と曜日が合いません",
    "reading.said_twice": "は、同じことが二度書かれています",
    "reading.figures_differ": "は、書かれた日とその日数が合いません",
    "reading.too_complicated": "は、かっこや読点が多すぎて読み取れませんでした",
}
KEPT: Final = "原文のまま控えました。内容を確かめ、必要なら様式を直して読み込み直してください"


class Segment(NamedTuple):
    """A stretch of a cell's own text."""

    start: int
    end: int
    role: Role


@dataclass(frozen=True)
class Cell:
    row: int
    column: int
    source: str

    @cached_property
    def folded(self) -> Folded:
        return fold(self.source)

    @cached_property
    def blank(self) -> bool:
        return self.folded.blank

    @property
    def place(self) -> str:
        return f"{self.row + 1}行目の{self.column + 1}列目"


class Ledger:
    """Readers enter what they understood; when the book is closed, all that is left is unread."""

    def __init__(self, grid: Grid) -> None:
        self._cells = [
            [Cell(row, column, text) for column, text in enumerate(texts) if text]
            for row, texts in enumerate(grid)
        ]
        self._marks: dict[Cell, list[Mark]] = {}
        self._places: dict[Cell, str] = {}
        self._impersonal: set[Cell] = set()
        self._warnings: list[ReadingWarning] = []

    def merge(self, cells: Sequence[Cell]) -> Cell:
        """Make one cell of neighbours that were one before a stray tab, line by line."""
        merged = Cell(cells[0].row, cells[0].column, "\n".join(cell.source for cell in cells))
        row = self._cells[merged.row]
        row[row.index(cells[0])] = merged
        for cell in cells[1:]:
            row.remove(cell)
        return merged

    def enter(self, cell: Cell, *marks: Mark) -> None:
        self._marks.setdefault(cell, []).extend(marks)

    def label(self, cell: Cell) -> None:
        """The whole cell is words of the form itself."""
        self.enter(cell, Mark(*cell.folded.whole, "label"))

    def name(self, cell: Cell, place: str, *, personal: bool) -> None:
        """Say what people call the cell, and whether unread words in it may hold a name."""
        self._places[cell] = place
        if not personal:
            self._impersonal.add(cell)

    def place(self, cell: Cell) -> str:
        return self._places.get(cell, cell.place)

    def warn(self, place: str, rule: str, message: str) -> None:
        self._warnings.append(ReadingWarning(place, rule, message))

    def filled_rows(self) -> list[list[Cell]]:
        """Give the rows that hold anything, without their blank cells."""
        rows = ([cell for cell in row if not cell.blank] for row in self._cells)
        return [row for row in rows if row]

    def entered(self, cell: Cell) -> bool:
        return cell in self._marks

    def close(self, names: Collection[str]) -> tuple[list[Remark], list[ReadingWarning]]:
        """Give what is unread, in the form's order, with a warning for each.

        A remark that holds one of `names` is personal wherever it stands.
        """
        remarks: list[Remark] = []
        warnings: list[ReadingWarning] = []
        for cell in self._all():
            place = self.place(cell)
            if unprintable(cell.source):
                message = f"{place}に表示できない文字があったので取り除きました"
                warnings.append(ReadingWarning(place, "reading.unprintable", message))
            for mark in self._complete(cell):
                text = cell.folded.original(mark.start, mark.end)
                if mark.role == "remark" and text:
                    personal = cell not in self._impersonal or any(name in text for name in names)
                    remarks.append(Remark(place, text, personal))
                    warnings.append(_why(place, mark.rule, text, personal=personal))
                elif place not in OFFICES and any(name in text for name in names):
                    message = f"{place}{NAMED}"
                    warnings.append(ReadingWarning(place, "reading.officer_named", message))
        return remarks, warnings + self._warnings

    def account(self) -> dict[tuple[int, int], tuple[str, tuple[Segment, ...]]]:
        """Give each filled cell, by row and column, with segments that tile its own text."""
        return {
            (cell.row, cell.column): (cell.source, tuple(self._segments(cell)))
            for cell in self._all()
        }

    def _all(self) -> list[Cell]:
        return [cell for row in self._cells for cell in row]

    def _segments(self, cell: Cell) -> Iterator[Segment]:
        if not cell.folded.text:
            yield Segment(0, len(cell.source), "separator")
        for mark in self._complete(cell):
            start, end = cell.folded.span(mark.start, mark.end)
            if start < end:
                yield Segment(start, end, mark.role)

    def _complete(self, cell: Cell) -> list[Mark]:
        """Give marks that tile the folded text: white space between them separates."""
        marks = self._marks.get(cell, [])
        rest: list[Mark] = []
        for start, end in gaps(len(cell.folded.text), marks):
            first, last = cell.folded.trim(start, end)
            rest += [
                Mark(start, first, "separator"),
                Mark(first, last, "remark"),
                Mark(last, end, "separator"),
            ]
        return sorted(mark for mark in (*marks, *rest) if mark.start < mark.end)


def _why(place: str, rule: str, text: str, *, personal: bool) -> ReadingWarning:
    if personal:
        # Warnings are stored and shown where names may not be.
        subject = f"{place}の一部"
    else:
        quoted = text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
        subject = f"{place}の「{quoted}」"
    return ReadingWarning(place, rule, f"{subject}{WHY[rule]}。{KEPT}")
