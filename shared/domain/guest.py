"""A guest: another ward's workplaces at our sale. Undone by its opposites only, never corrected."""

from datetime import date
from typing import Annotated, assert_never
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.domain.base import (
    RECORDERS,
    Aggregate,
    Count,
    Fact,
    Targets,
    WardCode,
    fiscal_year_of,
    require_ward_code,
)
from shared.errors import Refused

SomeDays = Annotated[tuple[date, ...], Meta(min_length=1, max_length=31)]


class _AtASale(Fact, frozen=True):
    may = RECORDERS
    correctable = False

    sale: UUID
    ward: WardCode
    days: SomeDays

    @property
    def subject(self) -> str:
        return f"guest/{self.sale}/{self.ward}"

    @property
    def on(self) -> date:
        return self.days[0]

    @property
    def year(self) -> int:
        return fiscal_year_of(self.days[0])


class Hosted(_AtASale, frozen=True, tag="guest.hosted"):
    """They stood here on these days. Said again for a day, it replaces what was said before."""

    workplaces: Count | None = None
    vendors: tuple[UUID, ...] = ()


class Absent(_AtASale, frozen=True, tag="guest.absent"):
    """They did not stand here on these days."""


GuestFact = Hosted | Absent


class DaysOfTwoYears(Refused):
    message = "年度をまたぐ日付は、年度ごとに分けて記録してください"
    pointer = "/days"


class NotHosted(Refused):
    message = "その日のゲスト出店は記録されていません。日付を確認してください"
    pointer = "/days"


class FewerThanNamed(Refused):
    message = "ゲストの事業所数が、挙げられた事業所の数より少なくなっています"
    pointer = "/workplaces"


class Visit(msgspec.Struct, frozen=True):
    """What was last said about one day."""

    day: date
    workplaces: int | None
    vendors: tuple[UUID, ...]


class State(msgspec.Struct, frozen=True):
    visits: tuple[Visit, ...] = ()


def evolve(state: State, fact: GuestFact) -> State:
    others = tuple(visit for visit in state.visits if visit.day not in fact.days)
    match fact:
        case Hosted():
            said = (Visit(day, fact.workplaces, fact.vendors) for day in sorted(set(fact.days)))
            return State((*others, *said))
        case Absent():
            return State(others)
        case _:
            assert_never(fact)


def admit(state: State, fact: GuestFact, _targets: Targets) -> None:
    require_ward_code(fact.ward)
    if len({fiscal_year_of(day) for day in fact.days}) > 1:
        raise DaysOfTwoYears
    match fact:
        case Hosted():
            if fact.workplaces is not None and fact.workplaces < len(set(fact.vendors)):
                raise FewerThanNamed
        case Absent():
            if not set(fact.days) <= {visit.day for visit in state.visits}:
                raise NotHosted
        case _:
            assert_never(fact)


guest = Aggregate(State(), evolve, admit)
