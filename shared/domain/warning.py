"""A warning: something odd, visible until somebody says that it is right."""

from typing import Annotated

from msgspec import Meta

from shared.domain.base import RECORDERS_AND_CHAIR, Fact, FiscalYear, Text, stateless

WarningId = Annotated[str, Meta(pattern=r"^[a-z_]+:[^\s]{1,300}$(?!\n)")]
"""Its rule, its subject and the figures compared, so that changed figures ask anew."""


class Settled(Fact, frozen=True, tag="warning.settled"):
    may = RECORDERS_AND_CHAIR

    fiscal_year: FiscalYear
    warning: WarningId
    reason: Text

    @property
    def subject(self) -> str:
        return f"warning/{self.warning}"


WarningFact = Settled


def admit(_fact: WarningFact) -> None:
    """Settling twice says the same thing twice."""


warning = stateless(admit)
