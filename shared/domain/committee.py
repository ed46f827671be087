"""A committee (部会): its name, officers, members, goal, meetings and audits."""

from datetime import date
from typing import Literal, assert_never
from uuid import UUID

from shared.domain.base import (
    RECORDERS,
    Count,
    Fact,
    FiscalYear,
    Month,
    Name,
    Text,
    require_in_month,
    stateless,
)

Office = Literal["chair", "vice_chair"]


class _OfYear(Fact, frozen=True):
    """What the head of one year's form says."""

    may = RECORDERS

    fiscal_year: FiscalYear

    @property
    def subject(self) -> str:
        return f"committee/{self.fiscal_year}"


class Named(_OfYear, frozen=True, tag="committee.named"):
    name: Name


class OfficerAppointed(_OfYear, frozen=True, tag="committee.officer_appointed"):
    """部会長 or 副部会長: a person id, never a name; 所属先 as the form has it."""

    office: Office
    person: UUID
    affiliation: Name | None = None


class MembersCounted(_OfYear, frozen=True, tag="committee.members_counted"):
    """構成機関: the stated kinds only; `total` is 合計 as stated, None where it is left out."""

    members: dict[Name, Count]
    total: Count | None = None


class GoalSet(_OfYear, frozen=True, tag="committee.goal_set"):
    text: Text


class _OnADay(Fact, frozen=True):
    may = RECORDERS

    month: Month
    day: date | None
    """None where a past form names the meeting without its day."""

    @property
    def subject(self) -> str:
        return f"committee/{self.month}"


class Met(_OnADay, frozen=True, tag="committee.met"):
    """会議. `name` is None where the form gives only the day."""

    name: Name | None = None
    topics: tuple[Text, ...] = ()


class Audited(_OnADay, frozen=True, tag="committee.audited"):
    """会計監査."""


CommitteeFact = Named | OfficerAppointed | MembersCounted | GoalSet | Met | Audited


def admit(fact: CommitteeFact) -> None:
    match fact:
        case Named() | OfficerAppointed() | MembersCounted() | GoalSet():
            pass
        case Met() | Audited():
            require_in_month(fact.month, () if fact.day is None else (fact.day,))
        case _:
            assert_never(fact)


committee = stateless(admit)
