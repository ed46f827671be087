"""The account of a form's cells: every character becomes a fact, a label, a separator or a remark."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from shared.reports.cells import Grid
from shared.reports.form import ReadingWarning, Remark
from shared.reports.marks import Mark, Role, gaps
from shared.reports.text import Folded, fold, key, unprintable

LONGEST_LABEL: Final = 100
QUOTED: Final = 30

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
    def key(self) -> str:
        """The text as a label."""
        return key(self.source) if len(self.source) <= LONGEST_LABEL else ""

    @cached_property
    def blank(self) -> bool:
        return not self.source or self.folded.blank

    @property
    def place(self) -> str:
        return f"{self.row + 1}行目の{self.column + 1}列目"


class Ledger:
    """Readers `enter` what they understood; what nobody entered is unread when the book is closed."""

    def __init__(self, grid: Grid) -> None:
        self.rows = [
            [Cell(row, column, text) for column, text in enumerate(texts)]
            for row, texts in enumerate(grid)
        ]
        self._marks: dict[Cell, list[Mark]] = {}
        self._names: dict[Cell, str] = {}
        self._impersonal: set[Cell] = set()
        self._warnings: list[ReadingWarning] = []
