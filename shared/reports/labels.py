"""The form's own words, however they are typed."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from shared.reports.clauses import ERAS
from shared.reports.days import YearMonth
from shared.reports.form import (
    ACHIEVEMENTS,
    ACTIVITIES,
    CHAIR,
    COOPERATION,
    GOAL,
    ISSUES,
    MEETING_DAYS,
    MEMBER_KINDS,
    MEMBERS,
    MONTH,
    MONTHS,
    NAME,
    PRACTICES,
    SHARED_ISSUES,
    TOTAL,
    VICE_CHAIR,
)
from shared.reports.ledger import LONGEST_LABEL, Cell
from shared.reports.text import fold, key

_DECORATION: Final = "【】[]<>《》〈〉「」■□●○◆◇・:"
_ASKS_FOR: Final = re.compile(r"\((?:氏名|所属先?|団体数|事業所数|人数|数|・|、)*\)$")
_INLINE: Final = re.compile(r"\s*([^:\n]{1,40}):\s*(?=\S)")
_MONTH: Final = re.compile(r"(?:(?:([0-9]{4})|(?:令和|R)([0-9]{1,2}|元))年)?([0-9]{1,2})月分?")


def _simple(label: str) -> str:
    """Leave out decoration and what the label asks for (氏名・所属先)."""
    label = label.replace("取り組み", "取組").replace("取組み", "取組")
    return _ASKS_FOR.sub("", label.strip(_DECORATION))


PAIRED: Final = (NAME, CHAIR, VICE_CHAIR, GOAL, *MEMBER_KINDS, TOTAL)
"""Labels with a value to their right."""

_WORDS: Final = (
    *PAIRED,
    MEMBERS,
    MONTH,
    ACTIVITIES,
    MEETING_DAYS,
    COOPERATION,
    ACHIEVEMENTS,
    ISSUES,
    PRACTICES,
    SHARED_ISSUES,
)
_KNOWN: Final = {_simple(key(fold(word).text)): word for word in _WORDS} | {
    "会議開催日": MEETING_DAYS
}


def known(folded: str) -> str | None:
    """Give the form's own wording of a label, None if it is none."""
    return _look_up(folded) if len(folded) <= LONGEST_LABEL else None


@lru_cache(maxsize=4096)  # each reader asks again of each cell
def _look_up(folded: str) -> str | None:
    return _KNOWN.get(_simple(key(folded)))


def label_of(cell: Cell) -> str | None:
    """Give the label a cell consists of."""
    return known(cell.folded.text)


def inline_label(cell: Cell) -> tuple[str, int] | None:
    """部会名：自主製品販売部会 in one cell: give the label, and where its value begins."""
    begins = _INLINE.match(cell.folded.text)
    label = known(begins[1]) if begins else None
    return (label, begins.end()) if begins and label in PAIRED else None


def find_month(cells: Sequence[Cell]) -> int | None:
    """Say which cell of a row is the label of a month: the first, or one behind no other label."""
    for position, cell in enumerate(cells[:2]):
        if _month(cell):
            return position
        if label_of(cell):
            return None
    return None


def month_of(cell: Cell, fiscal_year: int) -> YearMonth | None:
    """4月, ４月分, 令和7年4月; no month of this fiscal year if its year says another."""
    written = _month(cell)
    if written is None:
        return None
    month = YearMonth.of(fiscal_year, int(written[3]))
    western, era = written[1], written[2]
    year = ERAS["令和"] + int(era.replace("元", "1")) if era else int(western or month.year)
    return month if year == month.year else None


def _month(cell: Cell) -> re.Match[str] | None:
    written = _MONTH.fullmatch(key(cell.folded.text))
    return written if written and 1 <= int(written[3]) <= len(MONTHS) else None
