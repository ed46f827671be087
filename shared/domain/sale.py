"""A sale: a named series (販売・出張販売・出店販売) held at a place that may change."""

from datetime import date
from typing import Literal, assert_never
from uuid import UUID

import msgspec

from shared.domain.base import RECORDERS, Aggregate, Fact, Name, Targets
from shared.errors import Refused

Kind = Literal["regular", "away", "festival"]
"""販売 (区役所販売, 福祉のマルシェ), 出張販売 (at a place), 出店販売 (at a festival)."""


class _OfSale(Fact, frozen=True):
    may = RECORDERS

    sale: UUID

    @property
    def subject(self) -> str:
        return f"sale/{self.sale}"

    @property
    def year(self) -> None:
        """Names, places and merges may change every year's answers."""
        return


class Opened(_OfSale, frozen=True, tag="sale.opened"):
    """`name` is what the report prints: 「イオン天王町SC出張販売」."""

    name: Name
    kind: Kind
    place: Name | None = None
    day: date | None = None


class PlaceChanged(_OfSale, frozen=True, tag="sale.place_changed"):
    place: Name
    day: date


class AliasAdded(_OfSale, frozen=True, tag="sale.alias_added"):
    alias: Name


class Merged(_OfSale, frozen=True, tag="sale.merged"):
    into: UUID


class Unmerged(_OfSale, frozen=True, tag="sale.unmerged"):
    pass


class Closed(_OfSale, frozen=True, tag="sale.closed"):
    day: date


SaleFact = Opened | PlaceChanged | AliasAdded | Merged | Unmerged | Closed


class MergedIntoItself(Refused):
    message = "同じ販売どうしは統合できません。別の販売を選んでください"
    pointer = "/into"


class MergedAlready(Refused):
    message = "この販売はすでに統合されています。先に統合を取り消してください"
    pointer = "/sale"


class NotMerged(Refused):
    message = "この販売は統合されていません"
    pointer = "/sale"


class State(msgspec.Struct, frozen=True):
    into: UUID | None = None


def evolve(state: State, fact: SaleFact) -> State:
    match fact:
        case Opened() | PlaceChanged() | AliasAdded() | Closed():
            return state
        case Merged():
            return State(fact.into)
        case Unmerged():
            return State()
        case _:
            assert_never(fact)


def admit(state: State, fact: SaleFact, _targets: Targets) -> None:
    match fact:
        case Opened() | PlaceChanged() | AliasAdded() | Closed():
            pass
        case Merged():
            if fact.into == fact.sale:
                raise MergedIntoItself
            if state.into is not None:
                raise MergedAlready
        case Unmerged():
            if state.into is None:
                raise NotMerged
        case _:
            assert_never(fact)


sale = Aggregate(State(), evolve, admit)
