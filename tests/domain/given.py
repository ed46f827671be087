"""Situation, fact, outcome: `given(RAINED_OFF).refuses(Held(...), WasCancelled)`."""

from datetime import date
from typing import TypeVar
from uuid import UUID

import pytest

from shared.domain import log, role
from shared.domain.base import Fact, Target
from shared.domain.catalogue import aggregate_of
from shared.domain.effective import Effective
from shared.domain.fact import Corrected, Retracted
from shared.errors import IchiError, NotYours

E = TypeVar("E", bound=IchiError)
RIGHTS = (log.Opened, log.HandedOver, log.Moved, role.Granted, role.Withdrawn)
"""What authority is folded from, together."""


def nth(number: int) -> UUID:
    """The event id of the n-th fact of a situation, from 1."""
    return UUID(int=number)


class Situation:
    """What was said so far; an outcome leaves it as it was."""

    def __init__(self, said: tuple[Fact, ...]) -> None:
        self._effective = Effective()
        for position, fact in enumerate(said, 1):
            self._effective.say(position, nth(position), fact)

    @property
    def holds(self) -> tuple[Fact, ...]:
        return tuple(holding.fact for holding in self._effective)

    def target(self, number: int) -> Target | None:
        return self._effective.target(nth(number))

    def admits(self, fact: Fact) -> None:
        aggregate = aggregate_of(type(fact))
        subjects = {"log", "role"} if fact.subject == "role" else {fact.subject}
        state = aggregate.fold(said for said in self.holds if said.subject in subjects)
        targets: dict[UUID, Target] = {}
        if isinstance(fact, Corrected | Retracted):
            target = self._effective.target(fact.target)
            targets = {} if target is None else {fact.target: target}
        aggregate.admit(state, fact, targets)

    def refuses(self, fact: Fact, error: type[E]) -> E:
        with pytest.raises(error) as caught:
            self.admits(fact)
        assert type(caught.value) is error
        return caught.value

    def lets(self, actor: UUID, fact: Fact, on: date) -> None:
        role.authorise(self._rights, role.held_by(self._rights, actor, on), fact)

    def forbids(self, actor: UUID, fact: Fact, on: date) -> None:
        with pytest.raises(NotYours):
            role.authorise(self._rights, role.held_by(self._rights, actor, on), fact)

    def roles_of(self, actor: UUID, on: date) -> set[str]:
        return {held.label for held in role.roles_of(self._rights, actor, on)}

    @property
    def _rights(self) -> role.State:
        return role.role.fold(fact for fact in self.holds if isinstance(fact, RIGHTS))


def given(*said: Fact) -> Situation:
    return Situation(said)
