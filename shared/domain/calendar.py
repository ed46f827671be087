"""The calendar: which days ward offices work, as far as the holiday table reaches."""

from calendar import monthrange
from datetime import date

import msgspec

from shared.domain.base import Month

SATURDAY = 5


class OfficesClose(msgspec.Struct, frozen=True):
    """Yearly, as "12-29" and "01-03", over the turn of the year."""

    from_: str = msgspec.field(name="from")
    until: str


class Calendar(msgspec.Struct, frozen=True):
    """Holidays are fixed year by year, equinoxes in the February before: a table, no formula."""

    known_from: date
    known_until: date
    offices_close: OfficesClose
    holidays: frozenset[date]

    def is_working(self, day: date) -> bool:
        """Whether ward offices are open on the day."""
        turn = day.strftime("%m-%d")
        closed = turn >= self.offices_close.from_ or turn <= self.offices_close.until
        return day.weekday() < SATURDAY and day not in self.holidays and not closed

    def working_days(self, month: Month) -> int | None:
        """How many days of a month ward offices are open; None where the table does not reach."""
        year, number = int(month[:4]), int(month[5:])
        days = [date(year, number, n + 1) for n in range(monthrange(year, number)[1])]
        if days[0] < self.known_from or self.known_until < days[-1]:
            return None
        return sum(map(self.is_working, days))


UNKNOWN = Calendar(date.max, date.min, OfficesClose("12-29", "01-03"), frozenset())
"""A calendar that reaches nowhere: nothing is ever called odd by it."""
