"""Bytes to a Form: everything the form says, and word for word whatever could not be understood."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec.structs import replace

from shared.reports.cells import read_grids
from shared.reports.form import (
    CHAIR,
    PRACTICES,
    SHARED_ISSUES,
    VICE_CHAIR,
    Form,
    Item,
    MonthRow,
    RemarkItem,
    SaleItem,
)
from shared.reports.head import Head
from shared.reports.heading import read_title, read_year
from shared.reports.labels import find_month, inline_label, label_of
from shared.reports.ledger import Cell, Ledger, Segment
from shared.reports.months import Months
from shared.reports.narrative import Narrative
from shared.reports.refusals import NotAForm

SHORTEST_NAME: Final = 2
_OTHER_SHEETS: Final = (
    "ほかのシートにも内容がありますが、様式のある最初のシートだけを読み取りました。"
    "ほかのシートも必要なら、一つずつ別のファイルにして読み込んでください"
)


class CellTrace(NamedTuple):
    """One filled cell of the form and what became of its text; the segments tile it."""

    row: int
    column: int
    text: str
    segments: tuple[Segment, ...]


def read_form(data: bytes, fiscal_year: int | None) -> Form:
    """Read a form from tab-separated text or a workbook.

    Raises NotAForm, FormTooLarge, FiscalYearUnknown, FiscalYearDiffers, and nothing else.
    """
    return _read(data, fiscal_year)[0]


def trace(data: bytes, fiscal_year: int | None) -> tuple[Form, tuple[CellTrace, ...]]:
    """Read a form as `read_form` does, and say what became of every character of its cells."""
    form, ledger = _read(data, fiscal_year)
    cells = ledger.account().items()
    return form, tuple(CellTrace(*position, *rest) for position, rest in cells)


def _read(data: bytes, fiscal_year: int | None) -> tuple[Form, Ledger]:
    ledgers = [Ledger(grid) for grid in read_grids(data)]
    ledger = next(filter(_is_form, ledgers), None)
    if ledger is None:
        raise NotAForm
    title = _title(ledger)
    year = read_year(title, fiscal_year)
    head, months, narrative = Head(ledger), Months(ledger, year), Narrative(ledger)
    _read_rows(ledger, head, months, narrative)
    for cell in title:
        if not ledger.entered(cell):
            read_title(ledger, cell)
    months.warn_of_missing()
    if sum(1 for other in ledgers if any(other.filled_rows())) > 1:
        ledger.warn("シート", "reading.other_sheets", _OTHER_SHEETS)
    names = {
        part
        for officers in head.officers.values()
        for officer in officers
        for part in (officer.name, *officer.name.split())
        if len(part) >= SHORTEST_NAME
    }
    remarks, warnings = ledger.close(names)
    form = Form(
        fiscal_year=year,
        name=head.name,
        chairs=tuple(head.officers[CHAIR]),
        vice_chairs=tuple(head.officers[VICE_CHAIR]),
        members=head.members,
        members_total=head.total,
        goal=head.goal,
        months=tuple(_without(names, row) for row in months.rows),
        achievements=tuple(narrative.achievements),
        issues=tuple(narrative.issues),
        practices=tuple(narrative.shared[PRACTICES]),
        shared_issues=tuple(narrative.shared[SHARED_ISSUES]),
        remarks=tuple(remarks),
        warnings=tuple(warnings),
    )
    return form, ledger


def _read_rows(ledger: Ledger, head: Head, months: Months, narrative: Narrative) -> None:
    """Give each row to the reader whose label it holds, or else to the one that read last."""
    last: Head | Months | Narrative | None = None
    for cells in ledger.filled_rows():
        if months.read_row(cells) or months.read_header(cells):
            last = months
        elif narrative.read_labelled(cells):
            last = narrative
        elif head.read_labelled(cells):
            last = head
        elif isinstance(last, Head | Narrative):
            last.read_further(cells)


def _is_form(ledger: Ledger) -> bool:
    """A form has at least one month's row and one other word of its own."""
    rows = ledger.filled_rows()
    months = any(find_month(row) is not None for row in rows)
    return months and any(label_of(cell) for row in rows for cell in row)


def _title(ledger: Ledger) -> list[Cell]:
    """Give the cells above the form, and its first row."""
    title: list[Cell] = []
    for row in ledger.filled_rows():
        if find_month(row) is not None:
            break
        title += row
        if any(label_of(cell) or inline_label(cell) for cell in row):
            break
    return title


def _without(names: Iterable[str], row: MonthRow) -> MonthRow:
    """Take remarks with an officer's name out of the month: they are kept as personal only."""

    def nameless(text: str) -> bool:
        return not any(name in text for name in names)

    items: list[Item] = []
    for item in row.items:
        match item:
            case RemarkItem(text) if not nameless(text):
                continue
            case SaleItem():
                items.append(replace(item, remarks=tuple(filter(nameless, item.remarks))))
            case _:
                items.append(item)
    return replace(row, items=tuple(items))
