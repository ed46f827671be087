"""A counting rule: how this ward counts, from a day on; printed with the figure."""

from datetime import date
from typing import Literal, assert_never

import msgspec

from shared.domain.base import Aggregate, Fact, Role, Targets
from shared.errors import Refused

RuleName = Literal["guests_inside", "sent_counted"]


class Set(Fact, frozen=True, tag="rule.set"):
    """`guests_inside`: guests count in the host's 延. `sent_counted`: home counts 派遣."""

    may = frozenset({Role.SECRETARY, Role.CHAIR})
    correctable = False

    rule: RuleName
    value: bool
    since: date

    @property
    def subject(self) -> str:
        return f"rule/{self.rule}"

    @property
    def year(self) -> None:
        """A rule holds from its day until the next one: it may change any later year."""
        return


RuleFact = Set


class SetAlready(Refused):
    message = "この日からの数え方は、すでにそのように決められています"


class State(msgspec.Struct, frozen=True):
    values: tuple[tuple[date, bool], ...] = ()
    """By the day each holds from, earliest first; of two from one day the later said holds."""


def evolve(state: State, fact: RuleFact) -> State:
    match fact:
        case Set():
            kept = [entry for entry in state.values if entry[0] != fact.since]
            return State(tuple(sorted([*kept, (fact.since, fact.value)])))
        case _:
            assert_never(fact)


def admit(state: State, fact: RuleFact, _targets: Targets) -> None:
    match fact:
        case Set():
            if (fact.since, fact.value) in state.values:
                raise SetAlready
        case _:
            assert_never(fact)


rule = Aggregate(State(), evolve, admit)


def holds(state: State, day: date) -> bool:
    """What the rule says on a day; False (beside, not counted) until somebody sets it."""
    value = False
    for since, said in state.values:
        if since <= day:
            value = said
    return value
