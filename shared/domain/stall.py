"""A stall: workplaces standing at a sale on a day, or a past report's figures about them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, assert_never
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.domain.base import (
    RECORDERS,
    RECORDERS_AND_STAFF,
    Aggregate,
    Count,
    Fact,
    Month,
    Name,
    PeriodEndsBeforeItBegins,
    Targets,
    Text,
    month_of,
    require_in_month,
)
from shared.errors import Refused

Days = Annotated[int, Meta(ge=1, le=1000)]


class DayCount(msgspec.Struct, frozen=True, tag_field="as", tag="days"):
    """14日間: a number of days; which ones is unknown."""

    days: Days


class Dates(msgspec.Struct, frozen=True, tag_field="as", tag="dates"):
    """16日, or 16日・23日."""

    dates: Annotated[tuple[date, ...], Meta(min_length=1)]


class Span(msgspec.Struct, frozen=True, tag_field="as", tag="span"):
    """21日～23日: every day from the first to the last."""

    first: date
    last: date


class Run(msgspec.Struct, frozen=True, tag_field="as", tag="run"):
    """3日から3日間."""

    first: date
    days: Days


When = DayCount | Dates | Span | Run


class Held(Fact, frozen=True, tag="stall.held"):
    """`vendors` ran a stall (出店); `goods_only` sent goods (出品) and do not count as stalls."""

    may = RECORDERS_AND_STAFF

    sale: UUID
    day: date
    vendors: tuple[UUID, ...]
    goods_only: tuple[UUID, ...] = ()

    @property
    def subject(self) -> str:
        return f"stall/{self.sale}/{self.day}"

    @property
    def whose(self) -> tuple[UUID, ...]:
        return self.vendors + self.goods_only


class Cancelled(Fact, frozen=True, tag="stall.cancelled"):
    """雨天, 荒天 …"""

    may = RECORDERS

    sale: UUID
    day: date
    reason: Text

    @property
    def subject(self) -> str:
        return f"stall/{self.sale}/{self.day}"


class Reported(Fact, frozen=True, tag="stall.reported"):
    """One line of a past report's month: each figure as stated, None where it is left out."""

    may = RECORDERS

    sale: UUID
    month: Month
    when: When | None
    workplaces: Count | None
    appearances: Count | None
    goods_only: bool = False

    @property
    def subject(self) -> str:
        return f"line/{self.sale}/{self.month}"


class Itemised(Fact, frozen=True, tag="stall.itemised"):
    """内訳がそろった: the named days now stand for the reported line."""

    may = RECORDERS

    sale: UUID
    month: Month

    @property
    def subject(self) -> str:
        return f"line/{self.sale}/{self.month}"


class PartnerJoined(Fact, frozen=True, tag="stall.partner_joined"):
    """Neither workplace nor guest: 基幹相談支援センター with its 相談ブース, ward staff."""

    may = RECORDERS

    sale: UUID
    month: Month
    partner: Name
    purpose: Name
    days: tuple[date, ...] = ()

    @property
    def subject(self) -> str:
        return f"line/{self.sale}/{self.month}"


class Requested(Fact, frozen=True, tag="stall.requested"):
    """出店依頼: somebody asks for a stall."""

    may = RECORDERS

    request: UUID
    asked_by: Name
    received: date
    days: tuple[date, ...] = ()
    what_for: Text | None = None

    @property
    def subject(self) -> str:
        return f"request/{self.request}"

    @property
    def on(self) -> date:
        return self.received


class RequestAccepted(Fact, frozen=True, tag="stall.request_accepted"):
    may = RECORDERS

    request: UUID
    day: date

    @property
    def subject(self) -> str:
        return f"request/{self.request}"


class RequestDeclined(Fact, frozen=True, tag="stall.request_declined"):
    may = RECORDERS

    request: UUID
    day: date
    reason: Text

    @property
    def subject(self) -> str:
        return f"request/{self.request}"


StallFact = (
    Held
    | Cancelled
    | Reported
    | Itemised
    | PartnerJoined
    | Requested
    | RequestAccepted
    | RequestDeclined
)


class NobodyThere(Refused):
    message = "出店または出品した事業所を一つ以上選んでください"
    pointer = "/vendors"


class WasCancelled(Refused):
    message = "この日の販売は中止と記録されています。先に中止を取り消してください"
    pointer = "/day"


class NotRequested(Refused):
    message = "この出店依頼は記録されていません。先に依頼を記録してください"
    pointer = "/request"


class AnsweredAlready(Refused):
    message = "この出店依頼にはすでに返事が記録されています。先にその返事を取り消してください"
    pointer = "/request"


class State(msgspec.Struct, frozen=True):
    cancelled: bool = False
    requested: bool = False
    answered: bool = False


def evolve(state: State, fact: StallFact) -> State:
    match fact:
        case Held() | Reported() | Itemised() | PartnerJoined():
            return state
        case Cancelled():
            return msgspec.structs.replace(state, cancelled=True)
        case Requested():
            return msgspec.structs.replace(state, requested=True)
        case RequestAccepted() | RequestDeclined():
            return msgspec.structs.replace(state, answered=True)
        case _:
            assert_never(fact)


def admit(state: State, fact: StallFact, _targets: Targets) -> None:
    match fact:
        case Held():
            if not fact.whose:
                raise NobodyThere
            if state.cancelled:
                raise WasCancelled
        case Reported():
            require_in_month(fact.month, ends_of(fact.when))
        case PartnerJoined():
            require_in_month(fact.month, fact.days)
        case Cancelled() | Itemised() | Requested():
            pass
        case RequestAccepted() | RequestDeclined():
            if not state.requested:
                raise NotRequested
            if state.answered:
                raise AnsweredAlready
        case _:
            assert_never(fact)


stall = Aggregate(State(), evolve, admit)


def ends_of(when: When | None) -> Iterable[date]:
    """The days that a period names; raises `PeriodEndsBeforeItBegins`."""
    match when:
        case Dates(dates):
            return dates
        case Span(first, last):
            if last < first:
                raise PeriodEndsBeforeItBegins(pointer="/when/last")
            return (first, last)
        case Run(first):
            return (first,)
        case DayCount() | None:
            return ()
        case _:
            assert_never(when)


def days_of(when: When | None) -> tuple[date, ...]:
    """The calendar days of a period, as far as it tells which."""
    match when:
        case Dates(dates):
            return tuple(sorted(set(dates)))
        case Span(first, last):
            return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
        case Run(first, days):
            run = tuple(first + timedelta(days=n) for n in range(days))
            return tuple(day for day in run if month_of(day) == month_of(first))
        case DayCount() | None:
            return ()
        case _:
            assert_never(when)


def length_of(when: When | None) -> int | None:
    """How many days a period has; None where that is unknown."""
    match when:
        case None:
            return None
        case DayCount(days) | Run(_, days):
            return days
        case Dates() | Span():
            return len(days_of(when))
        case _:
            assert_never(when)
