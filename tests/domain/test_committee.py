from datetime import date

import msgspec
import pytest

from shared.domain.base import DayOutsideMonth
from shared.domain.catalogue import decode
from shared.domain.committee import Audited, GoalSet, MembersCounted, Met, Named, OfficerAppointed
from shared.domain.examples import CHAIR
from tests.domain.given import given


def test_the_head_of_the_form_is_told_as_it_stands() -> None:
    given().admits(Named(2025, "自主製品販売部会"))
    given().admits(OfficerAppointed(2025, "vice_chair", CHAIR, "ほどがやカルガモの会"))
    given().admits(GoalSet(2025, "売り場を増やす"))


def test_members_that_do_not_add_up_are_odd_but_not_refused() -> None:
    given().admits(MembersCounted(2025, {"障害福祉サービス事業者": 17, "社会福祉協議会": 1}, 19))
    given().admits(MembersCounted(2025, {}))


def test_a_meeting_lies_in_its_month() -> None:
    given().admits(Met("2025-10", date(2025, 10, 21), "自主製品販売強化実行委員会会議"))
    given().refuses(Met("2025-10", date(2025, 11, 18)), DayOutsideMonth)
    given().refuses(Audited("2025-04", date(2024, 4, 8)), DayOutsideMonth)


def test_a_past_form_may_leave_the_day_out() -> None:
    given().admits(Met("2025-10", None))
    given().admits(Audited("2025-04", None))


def test_a_meeting_may_be_told_twice() -> None:
    third_tuesday = Met("2025-10", date(2025, 10, 21))
    given(third_tuesday).admits(third_tuesday)


def test_what_is_said_of_a_year_and_of_a_month_stands_apart() -> None:
    assert Named(2025, "自主製品販売部会").subject == "committee/2025"
    assert Audited("2025-04", None).subject == "committee/2025-04"


@pytest.mark.parametrize(
    "members", [{"": 1}, {"その他": -1}, {"その他": 100_001}, {"その他": None}]
)
def test_members_are_counted_by_kind(members: dict[str, int]) -> None:
    said = {"type": "committee.members_counted", "fiscal_year": 2025, "members": members}
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.json.encode(said))
