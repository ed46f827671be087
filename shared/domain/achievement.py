"""An achievement: できたこと・やったこと of a year, in the committee's own words."""

from shared.domain.base import RECORDERS_AND_CHAIR, Count, Fact, FiscalYear, Text, stateless


class Noted(Fact, frozen=True, tag="achievement.noted"):
    """One paragraph; `number` orders the paragraphs of a year."""

    may = RECORDERS_AND_CHAIR

    fiscal_year: FiscalYear
    text: Text
    number: Count | None = None

    @property
    def subject(self) -> str:
        return f"achievement/{self.fiscal_year}"


AchievementFact = Noted


def admit(_fact: AchievementFact) -> None:
    """An achievement is told, never refused."""


achievement = stateless(admit)
