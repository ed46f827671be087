"""One cell of 活動内容: its meetings, its audit and its sales, in order."""

import re
from typing import Final

from shared.reports.brackets import (
    SEPARATORS,
    UNPAIRED,
    Named,
    names_with_brackets,
    pair_brackets,
)
from shared.reports.days import Unreadable, YearMonth
from shared.reports.form import AuditItem, Item, MeetingItem, RemarkItem
from shared.reports.marks import Mark, separators
from shared.reports.sale_line import LONGEST_NAME, day_alone, read_sale
from shared.reports.text import Folded

MEETINGS: Final = ("会議", "定例会", "部会", "委員会")
AUDIT: Final = "会計監査"
LONGEST_TOPIC: Final = 10_000

Read = tuple[list[Item], list[Mark]]


def read_month_cell(cell: Folded, month: YearMonth) -> Read:
    """Give the items in order, and what became of every stretch of the folded text.

    Never raises: what is not understood is a remark in its place.
    """
    paired = pair_brackets(cell.text)
    if paired is None:
        return _unread(cell, cell.trim(*cell.whole), "reading.too_complicated")
    items: list[Item] = []
    marks: list[Mark] = []
    for named in names_with_brackets(cell, paired):
        some, became = _read_item(cell, paired, named, month)
        items += some
        marks += became
    return items, marks + separators(cell.text, marks, SEPARATORS)


def _read_item(cell: Folded, paired: str, named: Named, month: YearMonth) -> Read:
    name = re.sub(r"\s", "", paired[slice(*named.name)])
    if not name or UNPAIRED in name or len(cell.original(*named.name)) > LONGEST_NAME:
        return _unread(cell, named.whole)
    if name.endswith(MEETINGS):
        return _read_meeting(cell, named)
    if name == AUDIT:
        return _read_audit(cell, named, month)
    sale, marks = read_sale(cell, named.name, named.parts, month)
    if sale is None:
        rules = {mark.rule for mark in marks if mark.role == "remark"} - {"reading.unread"}
        return _unread(cell, named.whole, min(rules, default="reading.unread"))
    return [sale], marks


def _read_meeting(cell: Folded, named: Named) -> Read:
    topics = tuple(cell.original(*part) for part in named.parts)
    if any(len(topic) > LONGEST_TOPIC for topic in topics):
        return _unread(cell, named.whole)
    meeting = MeetingItem(cell.original(*named.name), topics)
    return [meeting], [Mark(*stretch, "fact") for stretch in (named.name, *named.parts)]


def _read_audit(cell: Folded, named: Named, month: YearMonth) -> Read:
    """会計監査（8日）; what else its bracket says is kept beside it."""
    items: list[Item] = []
    marks = [Mark(*named.name, "fact")]
    days = []
    rule = "reading.unread"
    for part in named.parts:
        try:
            days.append(day_alone(cell.text[slice(*part)], month))
            marks.append(Mark(*part, "fact"))
        except Unreadable as why:
            rule = why.rule
            items.append(RemarkItem(cell.original(*part)))
            marks.append(Mark(*part, "remark", rule))
    if len(days) != 1 and named.parts:
        return _unread(cell, named.whole, rule)
    return [AuditItem(days[0] if days else None), *items], marks


def _unread(cell: Folded, stretch: tuple[int, int], rule: str = "reading.unread") -> Read:
    return [RemarkItem(cell.original(*stretch))], [Mark(*stretch, "remark", rule)]
