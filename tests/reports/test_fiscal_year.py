"""The fiscal year is said by the heading or by whoever imports, and never guessed."""

from collections.abc import Callable

import pytest

from shared.reports.reading import read_form
from shared.reports.refusals import FiscalYearDiffers, FiscalYearUnknown


def form(heading: str) -> bytes:
    return f"{heading}\n部会名：\t\t販売部会\n4月\t区役所販売（3日間）".encode()


@pytest.mark.parametrize(
    ("heading", "year"),
    [
        ("令和7年度", 2025),
        ("令和７年度 保土ケ谷区自立支援協議会 部会活動報告書", 2025),
        ("（令和 7 年度）", 2025),
        ("R7年度", 2025),
        ("Ｒ７", 2025),
        ("R7 活動報告", 2025),
        ("2025年度", 2025),
        ("２０２５年度", 2025),
        ("令和元年度", 2019),
        ("平成30年度", 2018),
    ],
)
def test_the_heading_tells_the_year(heading: str, year: int) -> None:
    read = read_form(form(heading), None)
    assert read.fiscal_year == year
    assert read.months[0].month == f"{year}-04"
    assert read_form(form(heading), year) == read
    assert read.remarks == ()


def test_the_forms_first_row_may_tell_it_too() -> None:
    data = "部会名：\t\t令和7年度販売部会\t令和7年度\n4月\t".encode()
    assert read_form(data, None).fiscal_year == 2025
    assert read_form(data, None).name == "令和7年度販売部会"


@pytest.mark.parametrize(
    "heading",
    [
        "",
        "令和7年4月1日現在",
        "R7.4.1",
        "2025年4月",
        "令和7年 活動報告",
        "報告書",
        "B5",
        "令和7年度・令和8年度",
    ],
)
def test_dates_and_doubtful_headings_tell_nothing(heading: str) -> None:
    with pytest.raises(FiscalYearUnknown, match="--fiscal-year"):
        read_form(form(heading), None)


@pytest.mark.parametrize(
    "place", ["4月\t令和7年度", "年間目標\t令和7年度に売る", "シェアしたい取組\n令和7年度"]
)
def test_a_year_inside_the_form_is_not_its_heading(place: str) -> None:
    with pytest.raises(FiscalYearUnknown):
        read_form(f"部会名：\t販売部会\n4月\t\n{place}".encode(), None)


def test_heading_and_importer_must_agree() -> None:
    with pytest.raises(FiscalYearDiffers, match=r"2025 年度.*2024 年度"):
        read_form(form("令和7年度"), 2024)


def test_other_words_of_a_heading_are_kept_and_may_be_personal() -> None:
    (remark,) = read_form(form("令和7年度 活動報告 作成：甲山"), None).remarks
    assert (remark.text, remark.personal) == ("作成：甲山", True)


@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_january_is_in_the_year_after(change: Callable[[str], str]) -> None:
    read = read_form(change("令和7年度\n活動内容\n1月\t").encode(), None)
    assert read.months[0].month == "2026-01"
