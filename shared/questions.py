"""What a question is: what each fact contributes to it, and its pure answer about one year."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from shared.domain.base import Fact
from shared.domain.calendar import Calendar
from shared.domain.effective import Holding

EVERY_YEAR = 0
"""Where facts stand that may change every year's answers: names, merges, rules."""
Key = tuple[Any, ...]
A = TypeVar("A", bound=msgspec.Struct)


class Year(msgspec.Struct, frozen=True):
    """What one committee-year's answers are made of."""

    log: str
    fiscal_year: int
    tallies: Mapping[str, Mapping[Key, int]]
    """By projection: the raw keys whose weight is above zero."""
    facts: Sequence[Holding]
    """The kept facts of this year and of every year, in the order of their first positions."""
    calendar: Calendar


def nothing(_fact: Fact) -> Iterable[tuple[Key, int]]:
    """The contributions of a question that only folds."""
    return ()


@dataclass(frozen=True)
class Projection(Generic[A]):
    """One question: what each fact contributes, which facts are kept whole, and the pure answer."""

    name: str
    version: int
    kind: type[A]
    answer: Callable[[Year], A]
    keeps: tuple[type[Fact], ...] = ()
    contribute: Callable[[Fact], Iterable[tuple[Key, int]]] = nothing
    key: type[Any] = field(default=tuple)
    """The type that a stored key is read as."""


@dataclass(frozen=True)
class Projections:
    """All the questions together: a batch is decoded once for them all."""

    all: tuple[Projection[Any], ...]
    calendar: Calendar

    @property
    def edition(self) -> str:
        """Changes when any question or the calendar does; then the log's answers are made anew."""
        names = ",".join(sorted(f"{p.name}.{p.version}" for p in self.all))
        days = msgspec.json.encode(self.calendar, order="deterministic")
        return hashlib.sha256(names.encode() + days).hexdigest()[:16]

    @property
    def keeps(self) -> tuple[type[Fact], ...]:
        """Every kind of fact that some question wants whole."""
        return tuple({kind for projection in self.all for kind in projection.keeps})

    def answers(self, year: Year) -> dict[str, msgspec.Struct]:
        """Every question's answer about one year."""
        return {projection.name: projection.answer(year) for projection in self.all}


def year_from(
    projections: Projections, log: str, fiscal_year: int, holdings: Iterable[Holding]
) -> Year:
    """What the engine would have stored about a year, straight from effective facts."""
    tallies: dict[str, dict[Key, int]] = {projection.name: {} for projection in projections.all}
    kept: list[Holding] = []
    keeps = projections.keeps
    for held in holdings:
        if held.fact.year not in {None, fiscal_year}:
            continue
        if isinstance(held.fact, keeps):
            kept.append(held)
        for projection in projections.all:
            tally = tallies[projection.name]
            for key, weight in projection.contribute(held.fact):
                tally[key] = tally.get(key, 0) + weight
    return Year(log, fiscal_year, tallies, kept, projections.calendar)
