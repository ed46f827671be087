"""The twelve rows of 活動内容 and 会議開催日時."""

from collections.abc import Sequence
from datetime import date

from shared.reports.brackets import SEPARATORS
from shared.reports.clauses import read_days
from shared.reports.days import Unreadable, YearMonth, days_of
from shared.reports.form import (
    ACTIVITIES,
    MEETING_COLUMN,
    MEETING_DAYS,
    MONTHS,
    Item,
    MonthRow,
)
from shared.reports.labels import find_month, label_of, month_of
from shared.reports.ledger import Cell, Ledger
from shared.reports.marks import Mark, separators
from shared.reports.month_cell import read_month_cell
from shared.reports.text import lines


class Months:
    def __init__(self, ledger: Ledger, fiscal_year: int) -> None:
        self._ledger = ledger
        self._fiscal_year = fiscal_year
        self._meeting_offset = MEETING_COLUMN
        self._read: dict[int, MonthRow] = {}

    @property
    def rows(self) -> tuple[MonthRow, ...]:
        """In the order of the fiscal year, however the form orders them."""
        return tuple(self._read[month] for month in MONTHS if month in self._read)

    def read_header(self, cells: Sequence[Cell]) -> bool:
        """月, 活動内容, 会議開催日時: say whether the row is that, and remember its columns."""
        labels = {label: cell for cell in cells if (label := label_of(cell))}
        if ACTIVITIES not in labels and MEETING_DAYS not in labels:
            return False
        for cell in labels.values():
            self._ledger.label(cell)
        if MEETING_DAYS in labels:
            self._meeting_offset = labels[MEETING_DAYS].column - cells[0].column
        return True

    def read_row(self, cells: Sequence[Cell]) -> bool:
        """Say whether the row is a month's, and read it if so."""
        found = find_month(cells)
        month = month_of(cells[found], self._fiscal_year) if found is not None else None
        if found is None or month is None:
            return False
        self._ledger.label(cells[found])
        self._read_month(month, cells[found], list(cells[found + 1 :]))
        return True

    def warn_of_missing(self) -> None:
        for month in MONTHS:
            if month not in self._read:
                self._ledger.warn(
                    f"{month}月",
                    "reading.month_missing",
                    f"{month}月の行が見つかりません。様式に「{month}月」の行があるか確かめてください",
                )

    def _read_month(self, month: YearMonth, label: Cell, cells: list[Cell]) -> None:
        meeting = cells.pop() if cells and self._tells_meeting(label, cells) else None
        again = "（二つ目の行）" if month.month in self._read else ""
        activities = self._ledger.merge(cells) if cells else None
        if activities:
            self._ledger.name(activities, f"{month.month}月 {ACTIVITIES}{again}", personal=False)
        if meeting:
            self._ledger.name(meeting, f"{month.month}月 {MEETING_DAYS}{again}", personal=False)
        if again:
            self._ledger.warn(
                f"{month.month}月",
                "reading.month_twice",
                f"{month.month}月の行が二つあります。あとの行は読み取らずに控えました。"
                "どちらかを直すか消して読み込み直してください",
            )
            return
        items: list[Item] = []
        if activities:
            items, marks = read_month_cell(activities.folded, month)
            self._ledger.enter(activities, *marks)
        days = self._read_meeting_days(meeting, month) if meeting else ()
        self._read[month.month] = MonthRow(str(month), tuple(items), days)

    def _tells_meeting(self, label: Cell, cells: Sequence[Cell]) -> bool:
        """Whether the last cell is 会議開催日時: by its column, or as it is nothing but days."""
        last = cells[-1]
        begins = read_days(last.folded.text.strip())
        if begins is None:
            return len(cells) > 1 and last.column >= label.column + self._meeting_offset
        whole = begins[1] == len(last.folded.text.strip())
        return whole or last.column >= label.column + self._meeting_offset

    def _read_meeting_days(self, cell: Cell, month: YearMonth) -> tuple[date, ...]:
        """15日; what follows a day (14時～16時, 書面開催) is left unread."""
        folded = cell.folded
        days: set[date] = set()
        marks: list[Mark] = []
        for start, end in lines(folded):
            begins = read_days(folded.text[start:end])
            if begins is None:
                continue
            written, length = begins
            stretch = folded.trim(start, start + length)
            try:
                days.update(days_of(written, month, bare=stretch[1] == end))
                marks.append(Mark(*stretch, "fact"))
            except Unreadable as why:
                marks.append(Mark(start, end, "remark", why.rule))
        self._ledger.enter(cell, *marks, *separators(folded.text, marks, SEPARATORS))
        return tuple(sorted(days))
