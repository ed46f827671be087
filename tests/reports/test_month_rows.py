"""Rows of months: which items they hold, when the committee met, and what is odd about them."""

from collections.abc import Callable
from datetime import date

import pytest

from shared.domain.stall import DayCount
from shared.reports.form import AuditItem, Form, MeetingItem, MonthRow, RemarkItem, SaleItem

Reader = Callable[[str], Form]
WARD_OFFICE = SaleItem("区役所販売", DayCount(3))


def rules(form: Form) -> list[str]:
    return [warning.rule for warning in form.warnings if warning.rule != "reading.month_missing"]


@pytest.mark.parametrize(
    "cell",
    [
        "会計監査（8日）、区役所販売（3日間）",
        "会計監査（8日） 区役所販売（3日間）",
        "会計監査（8日）　区役所販売（3日間）",
        "会計監査（8日）区役所販売（3日間）",
        "会計監査（8日）<br>区役所販売（3日間）",
        "<p>会計監査（8日）</p><p>区役所販売（3日間）</p>",
        "<div><b>会計監査</b>（8日）、</div>区役所<span style='x'>販売</span>（3日間）",
        "会計監査(8日)，区役所販売(3日間)。",
        "会計監査(8日),区役所販売(3日間)",
        "・会計監査（8日）<br/>・区役所販売（3日間）",
        "①会計監査（8日）②区役所販売（3日間）",
        "会計監査&#65288;8日&#xFF09;&nbsp;区役所販売（3日間）",
        "会計\u200b監査（8日）、区役所販売（3日間）",
        '"会計監査（8日）\n区役所販売（3日間）"',
        "、会計監査（８日）、、区役所販売（３日間）、",
        "会計監査（4月8日（火））、区役所販売（3日間、）",
    ],
)
def test_items_are_separated_however_they_are(reading: Reader, cell: str) -> None:
    form = reading(f"4月|{cell}")
    audit, sale = form.months[0].items
    assert audit == AuditItem(date(2025, 4, 8))
    assert sale in (WARD_OFFICE, SaleItem("区役所\u200b販売", DayCount(3)))
    assert form.remarks == ()


@pytest.mark.parametrize("name", ["実行委員会会議", "定例会", "販売部会", "実行委員会"])
def test_a_meeting_is_known_by_its_name_and_its_bracket_is_the_agenda(
    reading: Reader, name: str
) -> None:
    form = reading(f"4月|{name}（区役所・駅（5月分）、15日、新規加入）、{name}")
    assert form.months[0].items == (
        MeetingItem(name, ("区役所・駅（5月分）", "15日", "新規加入")),
        MeetingItem(name),
    )


@pytest.mark.parametrize(
    "item",
    [
        f"会議（{'議' * 10_001}）",
        f"{'市' * 101}（3日間）",
        f"市（{'人' * 101}が机を3日に設置）",
        "（3日間）",
    ],
)
def test_what_is_too_long_for_a_name_or_has_none_is_a_remark(reading: Reader, item: str) -> None:
    assert reading(f"4月|{item}").months[0].items == (RemarkItem(item),)


@pytest.mark.parametrize("mark", ["㈪", "⑴", "㈱", "㍿", "²", "゛"])
def test_a_character_that_stands_for_several_is_never_cut(reading: Reader, mark: str) -> None:
    form = reading(f"{mark}株\n4月|区役所販売（3日間）{mark}、区役所販売（3日間、{mark}）")
    texts = [remark.text.strip("（）") for remark in form.remarks]
    assert texts == [f"{mark}株", mark, mark]


def test_names_keep_their_own_characters(reading: Reader) -> None:
    form = reading("4月|ﾏﾙｼｪ　Ａ＆Ｂ㈱(3日間)、&lt;b&gt;市（3日間）")
    assert [item for item in form.months[0].items if isinstance(item, SaleItem)] == [
        SaleItem("ﾏﾙｼｪ　Ａ＆Ｂ㈱", DayCount(3)),
        SaleItem("<b>市", DayCount(3)),
    ]


def test_an_audit_may_have_no_day_or_more_to_say(reading: Reader) -> None:
    assert reading("4月|会計監査").months[0].items == (AuditItem(None),)
    assert reading("4月|会計監査（8日、会計2名）").months[0].items == (
        AuditItem(date(2025, 4, 8)),
        RemarkItem("会計2名"),
    )
    for unread in ("会計監査（31日）", "会計監査（8日、9日）", "会計監査（8日・9日）"):
        assert reading(f"4月|{unread}").months[0].items == (RemarkItem(unread),)


def test_a_bracket_without_partner_spoils_no_other_item(reading: Reader) -> None:
    never_closed = reading("4月|イオン（16日、9事業所、区役所販売（3日間）、駅（3日間）")
    assert never_closed.months[0].items == (
        RemarkItem("イオン（16日"),
        RemarkItem("9事業所"),
        WARD_OFFICE,
        SaleItem("駅", DayCount(3)),
    )
    never_opened = reading("4月|駅3日間）、区役所販売（3日間））、駅（3日間）")
    assert never_opened.months[0].items == (
        RemarkItem("駅3日間）"),
        WARD_OFFICE,
        RemarkItem("）"),
        SaleItem("駅", DayCount(3)),
    )


@pytest.mark.parametrize("cell", ["（" * 21 + "）" * 21, "（）、" * 200, "（" * 9000])
def test_far_too_many_brackets_are_one_remark(reading: Reader, cell: str) -> None:
    form = reading(f"4月|区役所販売（3日間）{cell}")
    assert len(form.months[0].items) == 1 == len(form.remarks)
    assert rules(form) == ["reading.too_complicated"]


@pytest.mark.parametrize(
    ("cell", "days", "unread"),
    [
        ("15日", [15], []),
        ("１５日（火）", [15], []),
        ("4月15日", [15], []),
        ("4/15", [15], []),
        ("15", [15], []),
        ("15日、29日", [15, 29], []),
        ("15日・29日", [15, 29], []),
        ("<p>15日</p><p>29日</p>", [15, 29], []),
        ("15日14時～16時", [15], ["14時～16時"]),
        ("15日(火) 10:00", [15], ["10:00"]),
        ("22日（書面開催）", [22], ["（書面開催）"]),
        ("書面開催", [], ["書面開催"]),
        ("31日", [], ["31日"]),
        ("5月15日", [], ["5月15日"]),
        ("15日（月）", [], ["15日（月）"]),
    ],
)
def test_the_meetings_day_is_read_and_the_rest_of_its_cell_kept(
    reading: Reader, cell: str, days: list[int], unread: list[str]
) -> None:
    form = reading(f"4月|区役所販売（3日間）||||||{cell}")
    assert form.months[0].meeting_days == tuple(date(2025, 4, day) for day in days)
    assert [remark.text for remark in form.remarks] == unread
    assert {remark.cell for remark in form.remarks} <= {"4月 会議開催日時"}


@pytest.mark.parametrize(
    "row",
    [
        "4月|区役所販売（3日間）||||||15日",
        "４月|区役所販売（3日間）|15日",
        " 4 月 ||区役所販売（3日間）||||||15日||",
        "|4月|区役所販売（3日間）||||||15日",
        "4月分||||区役所販売（3日間）|||15日",
        "令和7年4月|区役所販売（3日間）||||||15日",
        "2025年４月：|区役所販売（3日間）||||||15日",
    ],
)
def test_a_row_may_slip_and_its_month_be_spelled_as_it_likes(reading: Reader, row: str) -> None:
    form = reading(f"\n\n{row}\n\n")
    assert form.months == (MonthRow("2025-04", (WARD_OFFICE,), (date(2025, 4, 15),)),)
    assert form.remarks == ()


def test_months_come_in_the_years_order_whatever_the_forms(reading: Reader) -> None:
    form = reading("1月|\n12月|区役所販売（3日間）\n4月|")
    assert [row.month for row in form.months] == ["2025-04", "2025-12", "2026-01"]


def test_a_missing_month_is_asked_for(reading: Reader) -> None:
    missing = [w for w in reading("4月|").warnings if w.rule == "reading.month_missing"]
    assert [warning.cell for warning in missing] == [
        "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月", "1月", "2月", "3月",
    ]  # fmt: skip


def test_of_a_month_that_stands_twice_the_second_is_kept_unread(reading: Reader) -> None:
    form = reading("4月|区役所販売（3日間）\n4月|区役所販売（4日間）||||||15日")
    assert form.months == (MonthRow("2025-04", (WARD_OFFICE,), ()),)
    assert [(remark.cell, remark.text) for remark in form.remarks] == [
        ("4月 活動内容（二つ目の行）", "区役所販売（4日間）"),
        ("4月 会議開催日時（二つ目の行）", "15日"),
    ]
    assert "reading.month_twice" in rules(form)


def test_what_cannot_be_printed_is_taken_out_and_said(reading: Reader) -> None:
    form = reading("4月|区役所\x00販売\u202e（3日間）")
    assert form.months[0].items == (WARD_OFFICE,)
    assert rules(form) == ["reading.unprintable"]


def test_a_cell_that_a_stray_tab_cut_in_two_is_one(reading: Reader) -> None:
    form = reading("4月|会計監査（8日）、区役所|販売（3|日間）、区役所販売（|3日間）||15日")
    assert form.months[0].items == (
        AuditItem(date(2025, 4, 8)),
        RemarkItem("区役所"),
        SaleItem("販売", DayCount(3)),
        WARD_OFFICE,
    )
