"""An unread remark: words of a form that nobody has understood yet, kept as they stand."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from shared.domain.base import RECORDERS, Fact, FiscalYear, Month, Name, stateless

AnyText = Annotated[str, Meta(min_length=1, max_length=32_767)]


class Kept(Fact, frozen=True, tag="remark.kept"):
    """`cell` names the place as people say it (「9月 活動内容」), `sale` in whose bracket it stood.

    Never from the officer cells: what is not understood there may be a person's name and goes to
    the erasable table.
    """

    may = RECORDERS

    remark: UUID
    fiscal_year: FiscalYear
    cell: Name
    text: AnyText
    month: Month | None = None
    sale: UUID | None = None

    @property
    def subject(self) -> str:
        return f"remark/{self.remark}"


RemarkFact = Kept


def admit(_fact: RemarkFact) -> None:
    """Kept word for word, whatever it says."""


remark = stateless(admit)
