import pytest

from shared.domain.examples import AEON, WARD_OFFICE
from shared.domain.month import Closed, ClosedAlready, NotClosed, Ordered, Reopened, UnknownItem
from tests.domain.given import given

CLOSED = Closed("2025-10")
REOPENED = Reopened("2025-10", "星川駅の内訳が届いたため")
ORDERED = Ordered("2025-10", ("committee.audited", "committee.met", str(WARD_OFFICE), str(AEON)))


def test_a_month_is_closed_reopened_and_closed_again() -> None:
    given().admits(CLOSED)
    given(CLOSED).refuses(CLOSED, ClosedAlready)
    given(CLOSED).admits(REOPENED)
    given(CLOSED, REOPENED).refuses(REOPENED, NotClosed)
    given(CLOSED, REOPENED).admits(CLOSED)


def test_only_a_closed_month_is_reopened() -> None:
    given().refuses(REOPENED, NotClosed)
    given(Closed("2025-09")).refuses(REOPENED, NotClosed)


def test_the_order_of_a_cell_is_told_before_and_after_the_month_is_closed() -> None:
    given().admits(ORDERED)
    given().admits(Ordered("2025-10", ()))
    given(CLOSED, ORDERED).admits(ORDERED)
    given(CLOSED, ORDERED).refuses(CLOSED, ClosedAlready)


@pytest.mark.parametrize("item", ["区役所販売", "committee.named", str(AEON).upper(), AEON.hex])
def test_a_cell_holds_meetings_audits_sales_and_remarks_only(item: str) -> None:
    given().refuses(Ordered("2025-10", ("committee.met", item)), UnknownItem)


def test_all_is_about_the_month() -> None:
    assert ORDERED.subject == CLOSED.subject == REOPENED.subject == "month/2025-10"
