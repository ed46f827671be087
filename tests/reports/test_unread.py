"""What says nothing known, or nothing that can be, is kept word for word with a warning."""

from collections.abc import Callable
from datetime import date

import pytest

from shared.domain.stall import Dates, DayCount, Span, When
from shared.reports.form import Form, Item, ReadingWarning, RemarkItem, SaleItem

Reader = Callable[[str], Form]


def october(*days: int) -> tuple[date, ...]:
    return tuple(date(2025, 10, day) for day in days)


def span(first: int, last: int) -> Span:
    return Span(*october(first, last))


def warnings(form: Form) -> list[ReadingWarning]:
    """Leave out that a form of one line lacks eleven months."""
    return [warning for warning in form.warnings if warning.rule != "reading.month_missing"]


def items(form: Form) -> tuple[Item, ...]:
    return form.months[0].items


@pytest.mark.parametrize(
    ("unread", "rule"),
    [
        ("32日", "reading.impossible_date"),
        ("0日", "reading.impossible_date"),
        ("24日～20日", "reading.impossible_date"),
        ("30日から3日間", "reading.impossible_date"),
        ("0日間", "reading.impossible_date"),
        ("11月20日", "reading.other_month"),
        ("9/20", "reading.other_month"),
        ("30日～11月2日", "reading.other_month"),
        ("2024年10月20日", "reading.other_month"),
        ("20日（火）", "reading.weekday_differs"),
        ("9事業所", "reading.said_twice"),
        ("16日・16日", "reading.said_twice"),
        ("十四日間", "reading.unread"),
        ("27日(月)まで", "reading.unread"),
        ("毎月第3水曜日", "reading.unread"),
        ("毎週月曜と水曜", "reading.unread"),
        ("週2〜3日", "reading.unread"),
        ("月3~6回", "reading.unread"),
        ("月2回程度", "reading.unread"),
        ("平日ほぼ毎日", "reading.unread"),
        ("お昼前後", "reading.unread"),
        ("約30食", "reading.unread"),
        ("2000点以上", "reading.unread"),
        ("正午から午後1時", "reading.unread"),
        ("10時〜14時", "reading.unread"),
        ("11時15分開始", "reading.unread"),
        ("2025年9月より", "reading.unread"),
        ("約8事業所", "reading.unread"),
        ("8²事業所", "reading.unread"),
        ("16", "reading.unread"),
        ("20～24", "reading.unread"),
        ("雨天のため中止", "reading.unread"),
        ("瀬谷区から2事業所が32日に", "reading.impossible_date"),
    ],
)
def test_what_is_not_understood_is_kept_in_the_line_with_a_warning(
    reading: Reader, unread: str, rule: str
) -> None:
    form = reading(f"10月|星川駅出張販売（8事業所、{unread}）")
    assert items(form) == (SaleItem("星川駅出張販売", workplaces=8, remarks=(unread,)),)
    ((remark,), (warning,)) = form.remarks, warnings(form)
    assert (remark.cell, remark.text, remark.personal) == ("10月 活動内容", unread, False)
    assert (warning.cell, warning.rule) == ("10月 活動内容", rule)
    assert unread in warning.message


@pytest.mark.parametrize(
    "line", ["イオン販売（31日）", "地域ケアプラザ販売（中止）", "新規加入 1事業所"]
)
def test_a_line_without_figure_or_day_is_a_remark_in_its_place(reading: Reader, line: str) -> None:
    form = reading(f"6月|会計監査（8日）、{line}、区役所販売（3日間）")
    assert items(form)[1] == RemarkItem(line)
    assert [remark.text for remark in form.remarks] == [line]


@pytest.mark.parametrize(
    ("written", "when", "again"),
    [
        ("3日間、4日間", DayCount(3), "4日間"),
        ("3日間、3日間", DayCount(3), "3日間"),
        ("16日、16日", Dates(october(16)), "16日"),
        ("20日～24日、22日", span(20, 24), "22日"),
    ],
)
def test_what_is_said_twice_is_kept_unread(
    reading: Reader, written: str, when: When, again: str
) -> None:
    form = reading(f"10月|星川駅出張販売（{written}）")
    assert items(form) == (SaleItem("星川駅出張販売", when, remarks=(again,)),)
    assert [warning.rule for warning in warnings(form)] == ["reading.said_twice"]


def test_lengths_that_contradict_the_days_are_kept_unread(reading: Reader) -> None:
    form = reading("10月|星川駅出張販売（20日～24日、4日間）")
    assert items(form) == (SaleItem("星川駅出張販売", span(20, 24), remarks=("4日間",)),)
    assert [warning.rule for warning in warnings(form)] == ["reading.figures_differ"]
