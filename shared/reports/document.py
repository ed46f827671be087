"""A report as it is drawn: the stored answers, and the form they fill in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from shared.projections.annual_report import AnnualReport, MonthOfReport, Officer, Paragraph
from shared.projections.oddities import Oddity
from shared.projections.sale_month import Line, SaleMonths
from shared.reports import form
from shared.wards import Wards


class Document(msgspec.Struct, frozen=True):
    """`position` is that of the last fact it takes in; `as_of` what was asked for, if anything."""

    log: str
    ward: str
    fiscal_year: int
    position: int
    as_of: datetime | int | None
    report: AnnualReport
    sales: SaleMonths
    warnings: tuple[Oddity, ...]
    form: form.Form


def form_of(
    report: AnnualReport,
    sales: SaleMonths,
    names: Mapping[UUID, str],
    wards: Wards,
    personal: Iterable[form.Remark] = (),
) -> form.Form:
    """Fill in the form; a person whose name is not held stays blank.

    `personal` are the unread remarks that stand beside the names, as they may hold one.
    """
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in sales.lines:
        lines[line.month].append(line)
    return form.Form(
        fiscal_year=report.fiscal_year,
        name=report.name,
        chairs=_officers(report, "chair", names),
        vice_chairs=_officers(report, "vice_chair", names),
        members=report.members,
        members_total=(
            sum(report.members.values())
            if report.members_total is None and report.members
            else report.members_total
        ),
        goal=report.goal,
        months=tuple(_row(month, lines[month.month], wards) for month in report.months),
        achievements=tuple(paragraph.text for paragraph in report.achievements),
        issues=tuple(_numbered(paragraph) for paragraph in report.issues),
        practices=tuple(paragraph.text for paragraph in report.practices),
        shared_issues=tuple(paragraph.text for paragraph in report.shared_issues),
        remarks=(
            *(form.Remark(r.cell, r.text, personal=False) for r in report.remarks),
            *personal,
        ),
        warnings=(),
    )


def _officers(
    report: AnnualReport, office: str, names: Mapping[UUID, str]
) -> tuple[form.Officer, ...]:
    def drawn(officer: Officer) -> form.Officer:
        return form.Officer(names.get(officer.person, ""), officer.affiliation)

    return tuple(drawn(officer) for officer in report.officers if officer.office == office)


def _numbered(paragraph: Paragraph) -> form.NumberedText:
    return form.NumberedText(paragraph.number, paragraph.text)


def _row(month: MonthOfReport, lines: list[Line], wards: Wards) -> form.MonthRow:
    """Items as the month's order names them; what it does not name follows."""
    waiting: dict[str, list[form.Item]] = defaultdict(list)
    for day in month.audits:
        waiting["committee.audited"].append(form.AuditItem(day))
    for meeting in month.meetings:
        if meeting.name is not None:
            waiting["committee.met"].append(form.MeetingItem(meeting.name, meeting.topics))
    for line in lines:
        waiting[str(line.sale)].append(_sale(line, wards))
    for remark in month.remarks:
        waiting[str(remark.remark)].append(form.RemarkItem(remark.text))
    items = [waiting[key].pop(0) for key in month.order if waiting[key]]
    items += [item for left in waiting.values() for item in left]
    days = tuple(meeting.day for meeting in month.meetings if meeting.day is not None)
    return form.MonthRow(month.month, tuple(items), days)


def _sale(line: Line, wards: Wards) -> form.SaleItem:
    """延 stands only where a report gave it, or where named days make it more than a head count."""
    several = line.source == "named" and (line.days.value or 0) > 1
    given = line.appearances.known == "stated" or several
    return form.SaleItem(
        line.name,
        line.when,
        line.workplaces.value,
        line.appearances.value if given else None,
        line.goods_only,
        tuple(form.Guest(wards.name_of(v.ward), v.workplaces, v.days) for v in line.guests),
        tuple(form.Partner(p.partner, p.purpose, p.days) for p in line.partners),
        line.remarks,
    )
