"""Days as written (21日～23日) become days of a known month, or are refused by name."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shared.domain.stall import Dates, DayCount, Run, Span, When
from shared.reports.clauses import DayList, Point, Range, RunOf
from shared.reports.form import MONTHS

MONDAY_FIRST: Final = "月火水木金土日"
JANUARY_TO_MARCH: Final = MONTHS[-3:]
LONGEST_MONTH: Final = 31


@dataclass(frozen=True, slots=True)
class YearMonth:
    year: int
    month: int

    @classmethod
    def of(cls, fiscal_year: int, month: int) -> "YearMonth":
        """January to March belong to the next calendar year."""
        return cls(fiscal_year + (month in JANUARY_TO_MARCH), month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


class Unreadable(Exception):
    """Words that are no day of this month; `rule` names why."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def days_of(written: DayList, month: YearMonth, *, bare: bool = False) -> tuple[date, ...]:
    """Every day meant, in order. A bare number is a day only before a later 日, or with `bare`."""
    if loose(written) and not bare:
        raise Unreadable("reading.unread")
    days = [day for stretch in written.stretches for day in every_day(_resolve(stretch, month))]
    if len(set(days)) < len(days):
        raise Unreadable("reading.said_twice")
    return tuple(sorted(days))


def when_of(written: DayList, month: YearMonth) -> When:
    """Keep a single range or run as it was written; a list is its days."""
    if len(written.stretches) == 1 and not loose(written):
        return _resolve(written.stretches[0], month)
    return Dates(days_of(written, month))


def every_day(when: When) -> tuple[date, ...]:
    """The days themselves; none where only their number is known."""
    match when:
        case DayCount():
            return ()
        case Dates(dates):
            return dates
        case Span(first, last):
            return _from(first, (last - first).days + 1)
        case Run(first, days):
            return _from(first, days)


def loose(written: DayList) -> bool:
    """Whether it ends in a number that only a 日 after it can explain (16、23日)."""
    last = written.stretches[-1]
    if any(isinstance(stretch, Point) and stretch.slashed for stretch in written.stretches):
        return False
    match last:
        case Point():
            return not last.marked
        case Range():
            return not (last.first.marked or last.last.marked)
        case RunOf():
            return False


def _resolve(stretch: Point | Range | RunOf, month: YearMonth) -> When:
    match stretch:
        case Point():
            return Dates((_day(stretch, month),))
        case Range(first, last):
            span = Span(_day(first, month), _day(last, month))
            if span.last < span.first:
                raise Unreadable("reading.impossible_date")
            return span
        case RunOf(first, days):
            run = Run(_day(first, month), days)
            if not 1 <= days <= LONGEST_MONTH or every_day(run)[-1].month != month.month:
                raise Unreadable("reading.impossible_date")
            return run


def _day(point: Point, month: YearMonth) -> date:
    if point.month not in (None, month.month) or point.year not in (None, month.year):
        raise Unreadable("reading.other_month")
    try:
        day = date(month.year, month.month, point.day)
    except ValueError:
        raise Unreadable("reading.impossible_date") from None
    if point.weekday not in (None, MONDAY_FIRST[day.weekday()]):
        raise Unreadable("reading.weekday_differs")
    return day


def _from(first: date, days: int) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range(days))
