"""A vendor: a workplace (事業所) that sells, under the names it goes by."""

from datetime import date
from typing import assert_never
from uuid import UUID

import msgspec

from shared.domain.base import RECORDERS, Aggregate, Fact, Name, Targets
from shared.errors import Refused


class _OfVendor(Fact, frozen=True):
    may = RECORDERS

    vendor: UUID

    @property
    def subject(self) -> str:
        return f"vendor/{self.vendor}"

    @property
    def year(self) -> None:
        """Names and merges may change every year's answers."""
        return


class Joined(_OfVendor, frozen=True, tag="vendor.joined"):
    """新規加入, or the roster's first entry for a workplace that was there before."""

    name: Name
    day: date | None = None
    """None where it is only known to have been there."""
    reading: Name | None = None
    """ふりがな, never guessed."""


class Left(_OfVendor, frozen=True, tag="vendor.left"):
    day: date


class AliasAdded(_OfVendor, frozen=True, tag="vendor.alias_added"):
    alias: Name


class Merged(_OfVendor, frozen=True, tag="vendor.merged"):
    """Two entries are one workplace; past records stay as they are and count as `into`."""

    into: UUID


class Unmerged(_OfVendor, frozen=True, tag="vendor.unmerged"):
    """They were two after all."""


VendorFact = Joined | Left | AliasAdded | Merged | Unmerged


class MergedIntoItself(Refused):
    message = "同じ事業所どうしは統合できません。別の事業所を選んでください"
    pointer = "/into"


class MergedAlready(Refused):
    message = "この事業所はすでに統合されています。先に統合を取り消してください"
    pointer = "/vendor"


class NotMerged(Refused):
    message = "この事業所は統合されていません"
    pointer = "/vendor"


class State(msgspec.Struct, frozen=True):
    into: UUID | None = None


def evolve(state: State, fact: VendorFact) -> State:
    match fact:
        case Joined() | Left() | AliasAdded():
            return state
        case Merged():
            return State(fact.into)
        case Unmerged():
            return State()
        case _:
            assert_never(fact)


def admit(state: State, fact: VendorFact, _targets: Targets) -> None:
    match fact:
        case Joined() | Left() | AliasAdded():
            pass
        case Merged():
            if fact.into == fact.vendor:
                raise MergedIntoItself
            if state.into is not None:
                raise MergedAlready
        case Unmerged():
            if state.into is None:
                raise NotMerged
        case _:
            assert_never(fact)


vendor = Aggregate(State(), evolve, admit)
