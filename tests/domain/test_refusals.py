from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from shared.domain import (
    base,
    fact,
    guest,
    issue,
    log,
    month,
    role,
    rule,
    sale,
    stall,
    takings,
    vendor,
)
from shared.domain.base import Fact
from shared.domain.examples import ADMIN, CHAIR, HOSHIKAWA, SEYA, YUMEWORK, example_of
from shared.domain.fact import Corrected, Retracted
from shared.errors import IchiError
from tests.domain.given import given, nth

DAY, EARLIER = date(2025, 10, 20), date(2025, 9, 20)
SAID = example_of
OPENED = SAID(log.Opened)
HELD = stall.Held(HOSHIKAWA, DAY, (YUMEWORK,))
RAINED_OFF = stall.Cancelled(HOSHIKAWA, DAY, "雨天")
FULL_WITH_LEFTOVERS = takings.Recorded(HOSHIKAWA, DAY, YUMEWORK, left_over=3, sold_out=True)
CASH = takings.Payment("cash", 500)

Outcome = tuple[type[IchiError], tuple[Fact, ...], Fact]

# One of each: what was said, and what is refused because of it.
REFUSALS: tuple[Outcome, ...] = (
    (base.DayOutsideMonth, (), stall.PartnerJoined(HOSHIKAWA, "2025-10", "社協", "旗", (EARLIER,))),
    (base.BadWardCode, (), guest.Hosted(HOSHIKAWA, "141144", (DAY,))),
    (base.BadWardCode, (), log.Opened("141062-hanbai", "141063", ADMIN, "hodogaya")),
    (
        base.PeriodEndsBeforeItBegins,
        (OPENED,),
        role.Granted(CHAIR, base.Role.CHAIR, DAY, EARLIER),
    ),
    (
        base.PeriodEndsBeforeItBegins,
        (),
        stall.Reported(HOSHIKAWA, "2025-10", stall.Span(DAY, EARLIER), 1, 1),
    ),
    (log.AlreadyOpen, (OPENED,), OPENED),
    (log.NotOpen, (), SAID(log.Moved)),
    (log.AtHomeAlready, (OPENED,), log.Moved("hodogaya")),
    (role.NoSuchRole, (OPENED,), SAID(role.Withdrawn)),
    (role.LastAdmin, (OPENED,), role.Withdrawn(ADMIN, base.Role.ADMIN)),
    (role.StaffOfNoVendor, (OPENED,), role.Granted(CHAIR, base.Role.STAFF, DAY)),
    (rule.SetAlready, (SAID(rule.Set),), SAID(rule.Set)),
    (vendor.MergedIntoItself, (), vendor.Merged(YUMEWORK, YUMEWORK)),
    (vendor.MergedAlready, (SAID(vendor.Merged),), SAID(vendor.Merged)),
    (vendor.NotMerged, (), SAID(vendor.Unmerged)),
    (sale.MergedIntoItself, (), sale.Merged(HOSHIKAWA, HOSHIKAWA)),
    (sale.MergedAlready, (SAID(sale.Merged),), SAID(sale.Merged)),
    (sale.NotMerged, (), SAID(sale.Unmerged)),
    (stall.NobodyThere, (), stall.Held(HOSHIKAWA, DAY, ())),
    (stall.WasCancelled, (RAINED_OFF,), HELD),
    (stall.NotRequested, (), SAID(stall.RequestAccepted)),
    (
        stall.AnsweredAlready,
        (SAID(stall.Requested), SAID(stall.RequestDeclined)),
        SAID(stall.RequestAccepted),
    ),
    (takings.SameMeansTwice, (), takings.Recorded(HOSHIKAWA, DAY, YUMEWORK, (CASH, CASH))),
    (takings.SoldOutWithLeftovers, (), FULL_WITH_LEFTOVERS),
    (
        guest.DaysOfTwoYears,
        (),
        guest.Hosted(HOSHIKAWA, SEYA, (date(2026, 3, 31), date(2026, 4, 1))),
    ),
    (guest.NotHosted, (), SAID(guest.Absent)),
    (guest.FewerThanNamed, (), guest.Hosted(HOSHIKAWA, SEYA, (DAY,), 0, (YUMEWORK,))),
    (issue.NotRaised, (), SAID(issue.Withdrawn)),
    (issue.WasWithdrawn, (SAID(issue.Raised), SAID(issue.Withdrawn)), SAID(issue.Shared)),
    (month.ClosedAlready, (SAID(month.Closed),), SAID(month.Closed)),
    (month.NotClosed, (), SAID(month.Reopened)),
    (month.UnknownItem, (), month.Ordered("2025-10", ("区役所販売",))),
    (fact.NoSuchFact, (HELD,), SAID(fact.Retracted)),
    (
        fact.NotEffective,
        (HELD, Retracted(nth(1), "二度記録したため")),
        Retracted(nth(1), "二度記録したため"),
    ),
    (fact.UndoneOtherwise, (SAID(rule.Set),), Retracted(nth(1), "二度記録したため")),
    (fact.AnotherType, (HELD,), Corrected(nth(1), "書き間違い", RAINED_OFF)),
    (fact.NothingChanged, (HELD,), Corrected(nth(1), "書き間違い", HELD)),
)


def errors_of_the_domain(kind: type[IchiError] = IchiError) -> Iterator[type[IchiError]]:
    for below in kind.__subclasses__():
        if below.__module__.startswith("shared.domain."):
            yield below
        yield from errors_of_the_domain(below)


def test_every_refusal_of_the_domain_is_provoked() -> None:
    assert {error for error, _, _ in REFUSALS} == set(errors_of_the_domain())


@pytest.mark.parametrize(
    ("error", "said", "refused"),
    REFUSALS,
    ids=[f"{refused.tag()} {error.__name__}" for error, _, refused in REFUSALS],
)
def test_a_refusal_speaks_japanese_and_points_into_the_fact(
    error: type[IchiError], said: tuple[Fact, ...], refused: Fact
) -> None:
    refusal = given(*said).refuses(refused, error)
    assert refusal.status in {404, 409, 422}
    assert any("ぁ" <= letter <= "ん" for letter in refusal.message)
    inside: Any = msgspec.to_builtins(refused)
    for step in refusal.pointer.split("/")[1:]:
        inside = inside[step]
