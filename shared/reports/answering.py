"""Answer for a report or a figure: from the stored answers, or straight from the log as of then."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from shared import eventlog
from shared.answers import effective_facts, read_answers
from shared.domain.base import JAPAN
from shared.driver import Pool
from shared.errors import Malformed, NotFound
from shared.eventlog import Entry
from shared.names import read_names, read_officer_remarks
from shared.projections import annual_report, figure_facts, oddities, sale_month
from shared.projections.figure_facts import Figures
from shared.projections.oddities import Oddities
from shared.questions import Projection, Projections, year_from
from shared.reports.document import Document, form_of
from shared.reports.form import Remark
from shared.wards import Wards

AsOf = int | datetime
"""A position, or a time: then the last entry recorded by then."""


class NoSuchFigure(NotFound):
    message = "この数は、この年度の報告にはありません。figures の一覧を確認してください"


class Behind(msgspec.Struct, frozen=True):
    """A figure and the entries of the log that it is counted from."""

    position: int
    figure: figure_facts.Named
    guests_inside: bool
    facts: tuple[Entry, ...]


def parse_as_of(text: str) -> AsOf:
    """Read a position, a day (its end in Japan) or an RFC 3339 time; raises `Malformed`."""
    try:
        if re.fullmatch(r"[0-9]{1,18}", text):
            return int(text)
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            day = date.fromisoformat(text)
            return datetime.combine(day, time.max, JAPAN)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment.astimezone(UTC)  # overflows at the ends of the calendar
            return moment
    except (ValueError, OverflowError) as error:
        raise _unreadable() from error
    raise _unreadable()


def _unreadable() -> Malformed:
    return Malformed(
        "as_of は、件数（例: 120）、日付（例: 2026-04-10）、"
        "時差付きの日時（例: 2026-04-10T12:00:00+09:00）のどれかで書いてください",
        pointer="/as_of",
    )


@dataclass(frozen=True)
class Answers:
    """Where answers come from: the reader's pool, the names' pool, the questions, the wards."""

    reader: Pool
    names: Pool
    projections: Projections
    wards: Wards

    async def report(self, log: str, fiscal_year: int, as_of: AsOf | None = None) -> Document:
        """Draw a committee-year; a year without any facts is an empty form. Raises `NotFound`."""
        wanted = (annual_report.projection, sale_month.projection, oddities.projection)
        position, answers = await self._answers(log, fiscal_year, as_of, wanted)
        drawn = answers[annual_report.projection.name]
        sales = answers[sale_month.projection.name]
        odd = answers[oddities.projection.name]
        assert isinstance(drawn, annual_report.AnnualReport)  # noqa: S101 - by its name
        assert isinstance(sales, sale_month.SaleMonths)  # noqa: S101
        assert isinstance(odd, oddities.Oddities)  # noqa: S101
        held = await read_names(self.names, log)
        unread = await read_officer_remarks(self.names, log, fiscal_year)
        personal = [Remark(cell, text, personal=True) for cell, text in unread]
        form = form_of(drawn, sales, held, self.wards, personal)
        ward = self.wards.label_of(log)
        return Document(log, ward, fiscal_year, position, as_of, drawn, sales, odd.warnings, form)

    async def figures(
        self, log: str, fiscal_year: int, as_of: AsOf | None = None
    ) -> tuple[int, Figures]:
        """Every figure of a year's report, and the position it stands at."""
        wanted = (figure_facts.projection,)
        position, answers = await self._answers(log, fiscal_year, as_of, wanted)
        found = answers[figure_facts.projection.name]
        assert isinstance(found, Figures)  # noqa: S101 - by its name
        return position, found

    async def warnings(self, log: str, fiscal_year: int) -> tuple[int, Oddities]:
        """What looks odd in a year, and up to which position the log has been looked through."""
        wanted = (oddities.projection,)
        position, answers = await self._answers(log, fiscal_year, None, wanted)
        found = answers[oddities.projection.name]
        assert isinstance(found, Oddities)  # noqa: S101 - by its name
        return position, found

    async def figure(
        self, log: str, fiscal_year: int, name: str, as_of: AsOf | None = None
    ) -> Behind:
        """Open a figure to the facts behind it; raises `NoSuchFigure`, `NotFound`."""
        position = await self._position(log, as_of)
        effective = await effective_facts(self.reader, log, position)
        year = year_from(self.projections, log, fiscal_year, effective)
        found = {named.name: named for named in year.ask(figure_facts.answer).figures}
        if name not in found:
            raise NoSuchFigure
        behind = figure_facts.behind(year, effective, name)
        entries = await eventlog.read_ids(self.reader, log, [held.id for held in behind])
        inside = year.ask(sale_month.answer).guests_inside
        return Behind(position, found[name], inside, tuple(entries))

    async def _answers(
        self,
        log: str,
        fiscal_year: int,
        as_of: AsOf | None,
        wanted: tuple[Projection[Any], ...],
    ) -> tuple[int, dict[str, msgspec.Struct]]:
        if as_of is None:
            return await read_answers(self.reader, self.projections, log, fiscal_year, wanted)
        position = await self._position(log, as_of)
        effective = await effective_facts(self.reader, log, position)
        year = year_from(self.projections, log, fiscal_year, effective)
        return position, self.projections.answers(year)

    async def _position(self, log: str, as_of: AsOf | None) -> int:
        """The position that an as-of means, never beyond the head; raises `NotFound`."""
        head = await eventlog.read_head(self.reader, log)
        if as_of is None:
            return head.position
        if isinstance(as_of, int):
            return min(as_of, head.position)
        return await eventlog.position_at(self.reader, log, as_of.astimezone(UTC))
