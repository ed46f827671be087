"""The fiscal year, as the heading above the form or its first row says it."""

import re
from collections.abc import Iterable
from typing import Final

from shared.reports.clauses import ERAS
from shared.reports.ledger import Cell, Ledger
from shared.reports.marks import Mark, gaps
from shared.reports.refusals import FiscalYearDiffers, FiscalYearUnknown

# 令和7年4月1日現在 and R7.4.1 are days: a fiscal year ends in 年度 or stands alone.
_YEAR: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:(令和|平成|R|H)\s*([0-9]{1,2}|元)|([0-9]{4}))\s*年度"
    r"|(?:\A|\s)(令和|R)\s*([0-9]{1,2}|元)(?=\s|\Z)"
)
TITLE: Final = re.compile(
    r"障害者|障害福祉|地域|自立支援協議会|専門部会|部会|活動|事業|実績|年間|報告書?|様式"
    r"|年度:?|横浜市|[^\s0-9区市]{1,4}区|[の()\s・]"
)


def read_year(title: Iterable[Cell], given: int | None) -> int:
    """Give the fiscal year: what the title says and what was given must agree. Never from dates.

    Raises FiscalYearUnknown, FiscalYearDiffers.
    """
    said = {_year(match) for cell in title for match in _YEAR.finditer(cell.folded.text)}
    if given is None and len(said) == 1:
        return said.pop()
    if given is None:
        raise FiscalYearUnknown
    if said - {given}:
        raise FiscalYearDiffers(min(said - {given}), given)
    return given


def read_title(ledger: Ledger, cell: Cell) -> None:
    """令和7年度 保土ケ谷区自立支援協議会 部会活動報告書."""
    text = cell.folded.text
    years = [Mark(*match.span(), "fact") for match in _YEAR.finditer(text)]
    words = [
        Mark(*match.span(), "label")
        for start, end in gaps(len(text), years)
        for match in TITLE.finditer(text, start, end)
        if not cell.folded.splits(match.start())
    ]
    ledger.enter(cell, *years, *words)


def _year(match: re.Match[str]) -> int:
    era, number = match[1] or match[4], match[2] or match[5]
    return int(match[3]) if match[3] else ERAS[era] + (1 if number == "元" else int(number))
