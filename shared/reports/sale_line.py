"""What a sale's bracket says: 14日間、8事業所、延16事業所出店、瀬谷区から2事業所が20日に."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, assert_never

from msgspec.structs import replace as with_

from shared.domain.stall import Dates, DayCount, When
from shared.reports.clauses import (
    Appearances,
    Clause,
    DayList,
    Figure,
    GuestClause,
    Length,
    PartnerClause,
    Verb,
    Workplaces,
    read_clause,
)
from shared.reports.days import Unreadable, YearMonth, days_of, every_day, loose, when_of
from shared.reports.form import Guest, Partner, SaleItem
from shared.reports.marks import Mark
from shared.reports.text import Folded

Stretch = tuple[int, int]
MOST_DAYS: Final = 1000
LONGEST_NAME: Final = 100


@dataclass(frozen=True)
class _Line:
    item: SaleItem
    verb: Verb | None = None


def read_sale(
    cell: Folded, name: Stretch, parts: Iterable[Stretch], month: YearMonth
) -> tuple[SaleItem | None, list[Mark]]:
    """Read a sale clause by clause; None in its place if no clause gives a figure or a day."""
    line = _Line(SaleItem(cell.original(*name)))
    marks = [Mark(*name, "fact")]
    for part, clause in _clauses(cell, parts):
        try:
            line = _say(line, clause, cell, part, month)
        except Unreadable as why:
            marks.append(Mark(*part, "remark", why.rule))
        else:
            marks.append(Mark(*part, "fact"))
    item = line.item
    said = (
        item.when,
        item.workplaces,
        item.appearances,
        item.guests or None,
        item.partners or None,
    )
    if all(thing is None for thing in said):
        return None, marks
    unread = tuple(cell.original(m.start, m.end) for m in marks if m.role == "remark")
    return with_(item, remarks=unread), marks


def day_alone(text: str, month: YearMonth) -> date:
    """Read a clause that is one day and nothing else."""
    match read_clause(text):
        case (DayList() as written,):
            day, *more = days_of(written, month)
            if not more:
                return day
    raise Unreadable("reading.unread")


def _clauses(cell: Folded, parts: Iterable[Stretch]) -> list[tuple[Stretch, Clause | None]]:
    """Read each part; a number that leans on a later day is joined with it (16、23日)."""
    clauses: list[tuple[Stretch, Clause | None]] = []
    for part in parts:
        clause = read_clause(cell.text[slice(*part)])
        before, leaning = clauses[-1] if clauses else (part, None)
        match leaning, clause:
            case (DayList(numbers),), (DayList(days), *rest) if loose(DayList(numbers)):
                joined = DayList((*numbers, *days))
                clauses[-1] = ((before[0], part[1]), (joined, *rest))
            case _:
                clauses.append((part, clause))
    return clauses


def _say(
    line: _Line, clause: Clause | None, cell: Folded, part: Stretch, month: YearMonth
) -> _Line:
    """Give the line with one more clause, or refuse the whole clause."""
    item = line.item
    match clause:
        case None:
            raise Unreadable("reading.unread")
        case GuestClause(ward, workplaces, days):
            guest = Guest(_words(cell, part, ward), workplaces, _days(days, month))
            return replace(line, item=with_(item, guests=(*item.guests, guest)))
        case PartnerClause(who, what, days):
            partner = Partner(_words(cell, part, who), _words(cell, part, what), _days(days, month))
            return replace(line, item=with_(item, partners=(*item.partners, partner)))
        case tuple():
            for figure in clause:
                line = _count(line, figure, month)
            return line
        case _:
            assert_never(clause)


def _count(line: _Line, figure: Figure, month: YearMonth) -> _Line:
    item = line.item
    match figure:
        case Length() | DayList():
            return replace(line, item=with_(item, when=_when(item.when, figure, month)))
        case Workplaces(number) if item.workplaces is None:
            return replace(line, item=with_(item, workplaces=number))
        case Appearances(number) if item.appearances is None:
            return replace(line, item=with_(item, appearances=number))
        case Verb(goods_only) if line.verb in (None, figure):
            return _Line(with_(item, goods_only=goods_only), figure)
        case Workplaces() | Appearances() | Verb():
            raise Unreadable("reading.said_twice")
        case _:
            assert_never(figure)


def _when(known: When | None, said: Length | DayList, month: YearMonth) -> When:
    """Join what a line says about its days; the days themselves say more than their number."""
    if isinstance(said, Length):
        if not 1 <= said.days <= MOST_DAYS:
            raise Unreadable("reading.impossible_date")
        when: When = DayCount(said.days)
    else:
        when = when_of(said, month)
    if known is None:
        return when
    if isinstance(known, DayCount) or isinstance(when, DayCount):
        return _agreed(known, when)
    both = (*every_day(known), *every_day(when))
    if len(set(both)) < len(both):
        raise Unreadable("reading.said_twice")
    return Dates(tuple(sorted(both)))


def _agreed(known: When, when: When) -> When:
    """3日間 beside 5日・12日・19日: both must mean as many days."""
    match known, when:
        case (DayCount(), DayCount()):
            raise Unreadable("reading.said_twice")
        case (DayCount(days), named) | (named, DayCount(days)) if days == len(every_day(named)):
            return named
        case _:
            raise Unreadable("reading.figures_differ")


def _days(written: DayList | None, month: YearMonth) -> tuple[date, ...]:
    return () if written is None else days_of(written, month)


def _words(cell: Folded, part: Stretch, words: Stretch) -> str:
    text = cell.original(part[0] + words[0], part[0] + words[1])
    if not 0 < len(text) <= LONGEST_NAME:
        raise Unreadable("reading.unread")
    return text
