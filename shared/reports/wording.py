"""The form's wording: one month's cell from what happened."""

from collections.abc import Iterable
from datetime import date
from typing import assert_never

from shared.domain.stall import Dates, DayCount, Run, Span, When
from shared.reports.form import (
    AuditItem,
    Guest,
    Item,
    MeetingItem,
    MonthRow,
    Officer,
    Partner,
    RemarkItem,
    SaleItem,
)


def activities(row: MonthRow) -> str:
    """活動内容 of one month: the items in their order, 、 between."""
    return "、".join(item_text(item) for item in row.items)


def meeting_days(row: MonthRow) -> str:
    """会議開催日時 of one month."""
    return "、".join(_day(day) for day in row.meeting_days)


def item_text(item: Item) -> str:
    """One item of a month's cell."""
    match item:
        case AuditItem(day):
            return "会計監査" if day is None else f"会計監査（{_day(day)}）"
        case MeetingItem(name, topics):
            return f"{name}（{'、'.join(topics)}）" if topics else name
        case RemarkItem(text):
            return text
        case SaleItem():
            parts = [
                *_figures(item),
                *map(guest_text, item.guests),
                *map(partner_text, item.partners),
            ]
            parts += item.remarks
            return f"{item.name}（{'、'.join(parts)}）" if parts else item.name
        case _:
            assert_never(item)


def officers_text(officers: Iterable[Officer]) -> str:
    """部会長（氏名・所属先） as the form writes it: 氏名（所属先）."""
    return "、".join(
        officer.name if officer.affiliation is None else f"{officer.name}（{officer.affiliation}）"
        for officer in officers
    )


def when_text(when: When) -> str:
    """A period as the form writes it."""
    match when:
        case DayCount(days):
            return f"{days}日間"
        case Dates(dates):
            return "・".join(_day(day) for day in dates)
        case Span(first, last):
            return f"{_day(first)}～{_day(last)}"
        case Run(first, days):
            return f"{_day(first)}から{days}日間"
        case _:
            assert_never(when)


def guest_text(guest: Guest) -> str:
    """瀬谷区から2事業所が20日に."""
    count = "事業所" if guest.workplaces is None else f"{guest.workplaces}事業所"
    return (
        f"{guest.ward}から{count}が{_days(guest.days)}に"
        if guest.days
        else f"{guest.ward}から{count}"
    )


def partner_text(partner: Partner) -> str:
    """基幹相談支援センターが相談ブースを20日と23日に設置."""
    days = f"{_days(partner.days)}に" if partner.days else ""
    return f"{partner.partner}が{partner.purpose}を{days}設置"


def _figures(item: SaleItem) -> list[str]:
    counts = []
    if item.workplaces is not None:
        counts.append(f"{item.workplaces}事業所")
    if item.appearances is not None:
        counts.append(f"延{item.appearances}事業所")
    if counts:
        counts[-1] += "出品" if item.goods_only else "出店"
    return counts if item.when is None else [when_text(item.when), *counts]


def _days(days: Iterable[date]) -> str:
    return "と".join(_day(day) for day in days)


def _day(day: date) -> str:
    return f"{day.day}日"
