"""What a question is: what each fact contributes to it, and its pure answer about one year."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec

from shared.domain.base import Fact
from shared.domain.calendar import Calendar
from shared.domain.effective import Holding

EVERY_YEAR = 0
"""Where facts stand that may change every year's answers: names, merges, rules."""
Key = Any
"""Something hashable that MessagePack can hold, such as a tuple or a frozen struct."""
A = TypeVar("A")


class Year(msgspec.Struct, frozen=True):
    """What one committee-year's answers are made of."""

    log: str
    fiscal_year: int
    tallies: Mapping[str, Collection[tuple[Key, int]]]
    """By projection: the raw keys whose weight is above zero, each once."""
    facts: Sequence[Holding]
    """The kept facts of this year and of every year, in the order of their first positions."""
    calendar: Calendar
    known: dict[Callable[["Year"], Any], Any] = msgspec.field(default_factory=dict)
    """What was asked of this year before."""

    def ask(self, question: Callable[["Year"], A]) -> A:
        """What a function of the year says: worked out once, however many questions build on it."""
        if question not in self.known:
            self.known[question] = question(self)
        found: A = self.known[question]
        return found


def nothing(_fact: Fact) -> Iterable[tuple[Key, int]]:
    """The contributions of a question that only folds."""
    return ()


@dataclass(frozen=True)
class Projection(Generic[A]):
    """One question: what facts contribute, which facts are kept whole, and the pure answer."""

    name: str
    version: int
    kind: type[A]
    answer: Callable[[Year], A]
    keeps: tuple[type[Fact], ...] = ()
    counts: tuple[type[Fact], ...] = ()
    """The facts that `contribute` is asked about."""
    contribute: Callable[[Any], Iterable[tuple[Key, int]]] = nothing
    key: type[Any] = field(default=tuple)
    """The type that a stored key is read as."""

    @property
    def question(self) -> str:
        """Its name and version: answers of the same question are of the same code."""
        return f"{self.name}.{self.version}"


@dataclass(frozen=True)
class Projections:
    """All the questions together: a batch is decoded once for them all."""

    all: tuple[Projection[Any], ...]
    calendar: Calendar

    @cached_property
    def edition(self) -> str:
        """Changes when any question or the calendar does; then the log's answers are made anew."""
        names = ",".join(sorted(projection.question for projection in self.all))
        days = msgspec.json.encode(self.calendar, order="deterministic")
        return hashlib.sha256(names.encode() + days).hexdigest()[:16]

    def made(self, edition: str | None) -> bool:
        """Whether an edition is of these questions, however often it was built again."""
        return edition is not None and edition.partition(".")[0] == self.edition

    @cached_property
    def keeps(self) -> frozenset[type[Fact]]:
        """Every kind of fact that some question wants whole."""
        return frozenset(kind for projection in self.all for kind in projection.keeps)

    @cached_property
    def counting(self) -> dict[type[Fact], list[Projection[Any]]]:
        """By kind of fact: the questions that it contributes to."""
        found: dict[type[Fact], list[Projection[Any]]] = defaultdict(list)
        for projection in self.all:
            for kind in projection.counts:
                found[kind].append(projection)
        return dict(found)

    def answers(self, year: Year) -> dict[str, msgspec.Struct]:
        """Every question's answer about one year, by its name."""
        return {projection.name: year.ask(projection.answer) for projection in self.all}


def year_from(
    projections: Projections, log: str, fiscal_year: int, holdings: Iterable[Holding]
) -> Year:
    """What the engine would have stored about a year, straight from effective facts."""
    tallies: dict[str, dict[Key, int]] = {projection.name: {} for projection in projections.all}
    kept: list[Holding] = []
    for held in holdings:
        if held.fact.year not in {None, fiscal_year}:
            continue
        if type(held.fact) in projections.keeps:
            kept.append(held)
        for projection in projections.counting.get(type(held.fact), ()):
            tally = tallies[projection.name]
            for key, weight in projection.contribute(held.fact):
                tally[key] = tally.get(key, 0) + weight
    counted = {
        name: [(key, weight) for key, weight in tally.items() if weight > 0]
        for name, tally in tallies.items()
    }
    return Year(log, fiscal_year, counted, kept, projections.calendar)
