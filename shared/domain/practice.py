"""A practice: シェアしたい取組, offered to other wards."""

from uuid import UUID

from shared.domain.base import RECORDERS_AND_CHAIR, Count, Fact, FiscalYear, Text, stateless


class Shared(Fact, frozen=True, tag="practice.shared"):
    """One paragraph; `number` orders the paragraphs of a year."""

    may = RECORDERS_AND_CHAIR

    practice: UUID
    fiscal_year: FiscalYear
    text: Text
    number: Count | None = None

    @property
    def subject(self) -> str:
        return f"practice/{self.practice}"


PracticeFact = Shared


def admit(_fact: PracticeFact) -> None:
    """A practice is told, never refused."""


practice = stateless(admit)
