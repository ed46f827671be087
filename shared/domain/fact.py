"""A fact about a fact: corrected or retracted, and why."""

from typing import assert_never
from uuid import UUID

from shared.domain.achievement import AchievementFact
from shared.domain.base import Aggregate, Fact, Role, Target, Targets, Text
from shared.domain.committee import CommitteeFact
from shared.domain.issue import IssueFact
from shared.domain.month import MonthFact
from shared.domain.practice import PracticeFact
from shared.domain.remark import RemarkFact
from shared.domain.sale import SaleFact
from shared.domain.stall import StallFact
from shared.domain.takings import TakingsFact
from shared.domain.vendor import VendorFact
from shared.domain.warning import WarningFact
from shared.errors import Conflict, NotFound, Refused

Correctable = (
    CommitteeFact
    | VendorFact
    | SaleFact
    | StallFact
    | TakingsFact
    | IssueFact
    | PracticeFact
    | AchievementFact
    | MonthFact
    | RemarkFact
    | WarningFact
)


class _AboutAFact(Fact, frozen=True):
    may = frozenset(Role)
    """Whoever may say the facts concerned; `shared.publishing` asks for each of them."""
    correctable = False

    target: UUID
    """The event id of the effective fact."""
    reason: Text


class Corrected(_AboutAFact, frozen=True, tag="fact.corrected"):
    """Puts `fact` in the place of the target, whole."""

    fact: Correctable

    @property
    def subject(self) -> str:
        """What the new content is about, so that this subject's state finds it."""
        return self.fact.subject


class Retracted(_AboutAFact, frozen=True, tag="fact.retracted"):
    """Withdraws the target; of a correction, what it replaced holds again."""

    @property
    def subject(self) -> str:
        return f"fact/{self.target}"


FactFact = Corrected | Retracted
CORRECTING = frozenset({Corrected, Retracted})
"""The same for asking often: `type(fact) in CORRECTING`."""


class NoSuchFact(NotFound):
    message = "訂正・取り消しの対象になる記録が、この台帳に見つかりません"
    pointer = "/target"


class NotEffective(Conflict):
    """The target was corrected or withdrawn meanwhile; `now` is what holds in its place."""

    pointer = "/target"

    def __init__(self, target: Target) -> None:
        """Show the difference between what was named and what holds."""
        self.named = target.says
        self.now = target.now
        super().__init__(
            "対象の記録は、すでに取り消されています。最新の内容を確認してください"
            if target.now is None
            else "対象の記録は、すでに訂正されています。最新の内容を確認してから訂正してください"
        )


class UndoneOtherwise(Refused):
    message = "この種類の記録は訂正・取り消しできません。反対の記録をしてください"
    pointer = "/target"


class AnotherType(Refused):
    message = "訂正では記録の種類を変えられません。取り消してから、新しく記録してください"
    pointer = "/fact/type"


class NothingChanged(Refused):
    message = "訂正の前と後が同じ内容です"
    pointer = "/fact"


def admit(_state: None, fact: FactFact, targets: Targets) -> None:
    """What a correction puts in place is admitted by its own aggregate besides."""
    target = targets.get(fact.target)
    if target is None:
        raise NoSuchFact
    if not target.says.correctable:
        raise UndoneOtherwise
    if not target.effective:
        raise NotEffective(target)
    match fact:
        case Retracted():
            pass
        case Corrected():
            if fact.fact.tag() != target.says.tag():
                raise AnotherType
            if fact.fact == target.says:
                raise NothingChanged
        case _:
            assert_never(fact)


fact = Aggregate[None, FactFact](None, lambda state, _fact: state, admit)
