"""What goes into this committee's annual report?"""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from shared.domain import achievement, committee, issue, month, practice, remark
from shared.domain.base import Fact, months_of_year
from shared.domain.registry import Registry
from shared.projections import sale_month
from shared.questions import Projection, Year


class Officer(msgspec.Struct, frozen=True):
    """A person id; whoever prints the report looks the name up in the erasable table."""

    office: committee.Office
    person: UUID
    affiliation: str | None


class Meeting(msgspec.Struct, frozen=True):
    name: str | None
    day: date | None
    topics: tuple[str, ...]


class Remark(msgspec.Struct, frozen=True):
    remark: UUID
    cell: str
    text: str


class MonthOfReport(msgspec.Struct, frozen=True):
    """`order` is the order of the cell as last said; `sale_month` has the lines of the sales."""

    month: str
    order: tuple[str, ...]
    meetings: tuple[Meeting, ...]
    audits: tuple[date | None, ...]
    remarks: tuple[Remark, ...]
    closed: bool


class Paragraph(msgspec.Struct, frozen=True):
    number: int | None
    text: str


class AnnualReport(msgspec.Struct, frozen=True):
    fiscal_year: int
    name: str | None
    officers: tuple[Officer, ...]
    members: dict[str, int]
    members_total: int | None
    """合計 as stated; None where the form leaves it out."""
    goal: str | None
    months: tuple[MonthOfReport, ...]
    achievements: tuple[Paragraph, ...]
    issues: tuple[Paragraph, ...]
    practices: tuple[Paragraph, ...]
    shared_issues: tuple[Paragraph, ...]
    remarks: tuple[Remark, ...]
    """Unread remarks of cells outside the twelve months."""


def answer(year: Year) -> AnnualReport:
    """Everything on the form but the lines of the sales."""
    facts = [held.fact for held in year.facts]
    named = _last(facts, committee.Named)
    members = _last(facts, committee.MembersCounted)
    goal = _last(facts, committee.GoalSet)
    names = year.ask(sale_month.names_of)
    withdrawn = {fact.issue for fact in facts if isinstance(fact, issue.Withdrawn)}
    return AnnualReport(
        fiscal_year=year.fiscal_year,
        name=None if named is None else named.name,
        officers=tuple(
            Officer(fact.office, fact.person, fact.affiliation)
            for fact in _all(facts, committee.OfficerAppointed)
        ),
        members={} if members is None else members.members,
        members_total=None if members is None else members.total,
        goal=None if goal is None else goal.text,
        months=tuple(_month(name, facts, names) for name in months_of_year(year.fiscal_year)),
        achievements=_paragraphs(_all(facts, achievement.Noted)),
        issues=_paragraphs(f for f in _all(facts, issue.Raised) if f.issue not in withdrawn),
        practices=_paragraphs(_all(facts, practice.Shared)),
        shared_issues=_paragraphs(f for f in _all(facts, issue.Shared) if f.issue not in withdrawn),
        remarks=_remarks(f for f in _all(facts, remark.Kept) if f.month is None),
    )


def _month(name: str, facts: list[Fact], names: Registry) -> MonthOfReport:
    here = [fact for fact in facts if getattr(fact, "month", None) == name]
    ordered = _last(here, month.Ordered)
    closing = [fact for fact in here if isinstance(fact, month.Closed | month.Reopened)]
    met = sorted(_all(here, committee.Met), key=lambda fact: fact.day or date.max)
    return MonthOfReport(
        name,
        () if ordered is None else tuple(_canonical(item, names) for item in ordered.items),
        tuple(Meeting(fact.name, fact.day, fact.topics) for fact in met),
        tuple(fact.day for fact in _all(here, committee.Audited)),
        _remarks(f for f in _all(here, remark.Kept) if f.sale is None),
        bool(closing) and isinstance(closing[-1], month.Closed),
    )


def _canonical(item: str, names: Registry) -> str:
    return item if item.startswith("committee.") else str(names.canonical(UUID(item)))


K = TypeVar("K", bound=Fact)


def _all(facts: Iterable[Fact], kind: type[K]) -> list[K]:
    return [fact for fact in facts if isinstance(fact, kind)]


def _last(facts: Iterable[Fact], kind: type[K]) -> K | None:
    found = _all(facts, kind)
    return found[-1] if found else None


def _paragraphs(facts: Iterable[Any]) -> tuple[Paragraph, ...]:
    """By the form's own number where it has one, then as they were said."""
    ordered = sorted(facts, key=lambda fact: (fact.number is None, fact.number or 0))
    return tuple(Paragraph(fact.number, fact.text) for fact in ordered)


def _remarks(facts: Iterable[remark.Kept]) -> tuple[Remark, ...]:
    return tuple(Remark(fact.remark, fact.cell, fact.text) for fact in facts)


projection = Projection(
    name="annual_report",
    version=1,
    kind=AnnualReport,
    keeps=(
        committee.Named,
        committee.OfficerAppointed,
        committee.MembersCounted,
        committee.GoalSet,
        committee.Met,
        committee.Audited,
        month.Ordered,
        month.Closed,
        month.Reopened,
        achievement.Noted,
        issue.Raised,
        issue.Withdrawn,
        issue.Shared,
        practice.Shared,
        remark.Kept,
    ),
    answer=answer,
)
