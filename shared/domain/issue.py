"""An issue: 運営上の課題 of a committee, and what of it is shared with the city."""

from typing import assert_never
from uuid import UUID

import msgspec

from shared.domain.base import (
    RECORDERS_AND_CHAIR,
    Aggregate,
    Count,
    Fact,
    FiscalYear,
    Targets,
    Text,
)
from shared.errors import Refused


class _OfIssue(Fact, frozen=True):
    may = RECORDERS_AND_CHAIR

    issue: UUID
    fiscal_year: FiscalYear

    @property
    def subject(self) -> str:
        return f"issue/{self.issue}"


class Raised(_OfIssue, frozen=True, tag="issue.raised"):
    """`number` is the form's own; `evidence` names events of this log."""

    text: Text
    number: Count | None = None
    sale: UUID | None = None
    evidence: tuple[UUID, ...] = ()


class Withdrawn(_OfIssue, frozen=True, tag="issue.withdrawn"):
    reason: Text


class Shared(_OfIssue, frozen=True, tag="issue.shared"):
    """市域で共有・検討したい課題: repeats in its own body what it shares."""

    text: Text
    number: Count | None = None


IssueFact = Raised | Withdrawn | Shared


class NotRaised(Refused):
    message = "この課題は記録されていません。課題の一覧を確認してください"
    pointer = "/issue"


class WasWithdrawn(Refused):
    message = "この課題は取り下げられています。あらためて課題を記録してください"
    pointer = "/issue"


class State(msgspec.Struct, frozen=True):
    known: bool = False
    withdrawn: bool = False


def evolve(state: State, fact: IssueFact) -> State:
    match fact:
        case Raised() | Shared():
            return State(known=True, withdrawn=state.withdrawn)
        case Withdrawn():
            return State(known=True, withdrawn=True)
        case _:
            assert_never(fact)


def admit(state: State, fact: IssueFact, _targets: Targets) -> None:
    match fact:
        case Raised() | Shared():
            if state.withdrawn:
                raise WasWithdrawn
        case Withdrawn():
            if not state.known:
                raise NotRaised
            if state.withdrawn:
                raise WasWithdrawn
        case _:
            assert_never(fact)


issue = Aggregate(State(), evolve, admit)
