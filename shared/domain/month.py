"""A month of the report: the order of its cell, closed and reopened."""

from typing import Annotated, assert_never
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.domain.base import RECORDERS_AND_CHAIR, Aggregate, Fact, Month, Targets, Text
from shared.errors import Refused

Item = Annotated[str, Meta(min_length=1, max_length=60)]
"""What stands in the cell: "committee.met", "committee.audited", the id of a sale or a remark."""


class _OfMonth(Fact, frozen=True):
    may = RECORDERS_AND_CHAIR

    month: Month

    @property
    def subject(self) -> str:
        return f"month/{self.month}"


class Ordered(_OfMonth, frozen=True, tag="month.ordered"):
    """The order of the cell; what it does not name follows in the order of the roster of sales."""

    items: tuple[Item, ...]


class Closed(_OfMonth, frozen=True, tag="month.closed"):
    """Facts may still come; they are named as late."""


class Reopened(_OfMonth, frozen=True, tag="month.reopened"):
    reason: Text


MonthFact = Ordered | Closed | Reopened


class ClosedAlready(Refused):
    message = "この月はすでに締められています"
    pointer = "/month"


class NotClosed(Refused):
    message = "この月は締められていません"
    pointer = "/month"


class UnknownItem(Refused):
    message = "並び順には、会議・会計監査のほか、販売か読み取れなかった文の ID を書いてください"
    pointer = "/items"


class State(msgspec.Struct, frozen=True):
    closed: bool = False


def evolve(state: State, fact: MonthFact) -> State:
    match fact:
        case Ordered():
            return state
        case Closed():
            return State(closed=True)
        case Reopened():
            return State(closed=False)
        case _:
            assert_never(fact)


def admit(state: State, fact: MonthFact, _targets: Targets) -> None:
    match fact:
        case Ordered():
            if not all(_is_item(item) for item in fact.items):
                raise UnknownItem
        case Closed():
            if state.closed:
                raise ClosedAlready
        case Reopened():
            if not state.closed:
                raise NotClosed
        case _:
            assert_never(fact)


month = Aggregate(State(), evolve, admit)


def _is_item(item: str) -> bool:
    if item in {"committee.met", "committee.audited"}:
        return True
    try:
        return str(UUID(item)) == item
    except ValueError:
        return False
