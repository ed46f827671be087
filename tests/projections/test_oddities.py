"""What looks odd is asked about, once, by the figures that were compared; a person settles it."""

from datetime import date

from shared.domain import committee, remark, sale, stall, vendor, warning
from shared.domain.base import Fact
from shared.ids import id_of
from shared.projections import oddities
from tests.histories import SALES, VENDORS
from tests.paper import year_of

ITEM, OTHER, *_ = SALES
ONE, TWO, *_ = VENDORS
DAY = date(2025, 10, 20)
NAMED: list[Fact] = [
    sale.Opened(ITEM, "星川駅出張販売", "away"),
    sale.Opened(OTHER, "区役所販売", "regular"),
    vendor.Joined(ONE, "ゆめわーく"),
    vendor.Joined(TWO, "まめの木"),
]
HELD = stall.Held(ITEM, DAY, (ONE,))


def odd(*facts: Fact, named: bool = True) -> list[oddities.Oddity]:
    return list(oddities.answer(year_of([*(NAMED if named else ()), *facts])).warnings)


def rules(*facts: Fact, named: bool = True) -> list[str]:
    return [each.rule for each in odd(*facts, named=named)]


def test_an_ordinary_stall_is_not_odd() -> None:
    assert rules(HELD) == []


def test_members_that_do_not_add_up() -> None:
    assert rules(committee.MembersCounted(2025, {"民間企業": 3}, 4)) == ["members_do_not_add_up"]
    assert rules(committee.MembersCounted(2025, {"民間企業": 3}, None)) == []


def test_appearances_outside_what_days_and_workplaces_allow() -> None:
    for appearances, is_odd in ((4, True), (5, False), (15, False), (16, True)):
        line = stall.Reported(ITEM, "2025-10", stall.DayCount(5), 3, appearances)
        assert rules(line) == (["appearances_out_of_range"] if is_odd else [])


def test_more_days_than_the_month_and_than_the_office_works() -> None:
    line = stall.Reported(OTHER, "2025-10", stall.DayCount(23), None, None)
    assert rules(line) == ["more_days_than_the_office_works"]  # 22 working days, 13 October off
    longer = stall.Reported(ITEM, "2025-10", stall.DayCount(32), None, None)
    assert rules(longer) == ["more_days_than_the_month"]
    assert rules(stall.Reported(OTHER, "2025-10", stall.DayCount(22), None, None)) == []


def test_a_month_that_the_holiday_table_does_not_reach_is_not_judged() -> None:
    line = stall.Reported(OTHER, "2031-10", stall.DayCount(25), None, None)
    assert oddities.answer(year_of([*NAMED, line], 2031)).warnings == ()


def test_sales_and_workplaces_without_a_name() -> None:
    assert rules(HELD, named=False) == ["sale_without_a_name", "vendor_not_on_the_roster"]


def test_a_workplace_at_two_sales_on_one_day() -> None:
    (found,) = odd(HELD, stall.Held(OTHER, DAY, (ONE, TWO)))
    assert found.rule == "two_sales_on_one_day"
    assert "ゆめわーくが区役所販売と星川駅出張販売の両方に" in found.message


def test_goods_alone_at_a_second_sale_are_not_odd() -> None:
    assert rules(HELD, stall.Held(OTHER, DAY, (TWO,), (ONE,))) == []


def test_a_stall_after_leaving() -> None:
    left = vendor.Left(ONE, date(2025, 10, 1))
    assert rules(HELD, left) == ["stall_after_leaving"]
    assert rules(HELD, left, vendor.Joined(ONE, "ゆめわーく", date(2025, 10, 2))) == []
    assert rules(HELD, vendor.Left(ONE, DAY)) == []


def test_a_day_both_held_and_cancelled() -> None:
    assert rules(HELD, stall.Cancelled(ITEM, DAY, "雨天")) == ["held_though_cancelled"]
    assert rules(stall.Cancelled(ITEM, DAY, "雨天")) == []


def test_words_that_nobody_understood() -> None:
    kept = remark.Kept(id_of("remark"), 2025, "9月 活動内容", "よく分からない文", "2025-09")
    (found,) = odd(kept)
    assert "「9月 活動内容」に読み取れない文があります: よく分からない文" in found.message


def test_a_settled_warning_stays_with_its_reason_until_the_figures_change() -> None:
    line = stall.Reported(ITEM, "2025-10", stall.DayCount(5), 3, 16)
    (found,) = odd(line)
    settled = warning.Settled(2025, found.id, "一日に二度出店した")
    assert [each.settled for each in odd(line, settled)] == ["一日に二度出店した"]
    changed = stall.Reported(ITEM, "2025-10", stall.DayCount(5), 3, 17)
    assert [each.settled for each in odd(changed, settled)] == [None]


def test_merged_workplaces_and_sales_count_as_one() -> None:
    merged = [vendor.Merged(TWO, ONE), sale.Merged(OTHER, ITEM)]
    both = [HELD, stall.Held(OTHER, DAY, (TWO,))]
    assert rules(*both) == []
    assert rules(*both, *merged) == []
