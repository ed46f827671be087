"""The form above and below its months: labels, officers, members, and free words."""

from collections.abc import Callable

import pytest

from shared.reports.form import Form, NumberedText, Officer

Reader = Callable[[str], Form]


@pytest.fixture
def read(reading: Reader) -> Reader:
    """Read lines of a form that has one month below them."""
    return lambda text: reading(f"{text}\n4月|")


def rules(form: Form) -> list[str]:
    return [warning.rule for warning in form.warnings if warning.rule != "reading.month_missing"]


@pytest.mark.parametrize(
    "line",
    [
        "部会名：||販売部会",
        "部会名:|販売部会",
        "部 会 名|販売部会",
        "|部会名||||販売部会|",
        "部会名：販売部会",
    ],
)
def test_a_label_is_known_however_it_is_typed(read: Reader, line: str) -> None:
    assert read(line).name == "販売部会"


def test_officers_have_a_name_and_often_a_place_of_work(read: Reader) -> None:
    form = read(
        "部会長(氏名･所属先)||甲山（ゆめ（本店）、施設長）、乙川|副部会長|丙田　一（会）<br>丁野"
    )
    assert form.chairs == (Officer("甲山", "ゆめ（本店）、施設長"), Officer("乙川", None))
    assert form.vice_chairs == (Officer("丙田　一", "会"), Officer("丁野", None))
    assert form.remarks == ()


@pytest.mark.parametrize(
    "line",
    [
        "部会長|甲山（ゆめ",
        "部会長|（甲山）",
        "部会長|甲山||乙川",
        "部会★長（氏名・所属先）|甲山（ゆめ）",
        "部会長||副会長（氏名・所属先）|甲山（ゆめ）",
        "部会長|" + "甲山" + "（" * 30,
        "事務局|甲山（ゆめ）",
    ],
)
def test_what_may_be_a_name_is_personal_and_no_warning_repeats_it(read: Reader, line: str) -> None:
    form = read(line)
    assert form.remarks
    assert all(remark.personal for remark in form.remarks)
    assert not any("甲" in warning.message or "乙" in warning.message for warning in form.warnings)


def test_an_officers_name_makes_a_remark_personal_wherever_it_stands(reading: Reader) -> None:
    form = reading(
        "部会長|甲山 一（ゆめ）\n4月|販売（3日間、甲山が担当）、研修（講師：甲山）、研修（外で）"
    )
    personal = {remark.text: remark.personal for remark in form.remarks}
    assert personal == {"甲山が担当": True, "研修（講師：甲山）": True, "研修（外で）": False}
    assert "甲山" not in repr(form.months)
    assert "甲山" not in repr(form.warnings)


def test_an_officers_name_in_free_words_is_asked_about(reading: Reader) -> None:
    form = reading("部会長|甲山 一（ゆめ）\n年間目標|甲山を支える\n4月|")
    assert form.goal == "甲山を支える"
    assert next((w.cell, w.rule) for w in form.warnings) == ("年間目標", "reading.officer_named")
    assert "甲山" not in repr(form.warnings)


def test_a_slipped_row_of_members_counts_all_the_same(read: Reader) -> None:
    form = read("構成機関|医療機関|２|大学等|\n社会福祉協議会|1か所|その他||合計|3||\n")
    assert form.members == {"医療機関": 2, "社会福祉協議会": 1}
    assert form.members_total == 3
    assert form.remarks == ()


def test_a_kind_the_form_does_not_have_is_counted_and_asked_about(read: Reader) -> None:
    form = read("構成機関|医療機関||商店会|4|大学等|1\n商工会|2\n年間目標|売る")
    assert form.members == {"商店会": 4, "大学等": 1, "商工会": 2}
    assert rules(form) == ["reading.unknown_member_kind"] * 2


def test_a_count_that_is_none_is_kept_unread(read: Reader) -> None:
    form = read("構成機関|医療機関|約3|大学等|1\n||大学等|2")
    assert form.members == {"大学等": 1}
    assert [(remark.cell, remark.text) for remark in form.remarks] == [
        ("構成機関 医療機関", "約3"),
        ("構成機関 大学等", "2"),
    ]


def test_paragraphs_stand_below_their_headings(reading: Reader) -> None:
    form = reading(
        "4月|\n連携・協働による課題解決の仕組み"
        "|<p>部会でできたこと・やったこと</p> <p>甲。</p><p>乙。</p>"
        "\n|【運営上の課題】<br>1. 丙<br>２．丁<br>(3) 戊<br>④己<br>1.5倍<br>・庚"
        "\nシェアしたい取り組み||||市域で共有･検討したい課題\n辛||||<p>壬</p><p>癸</p>"
    )
    assert form.achievements == ("甲。", "乙。")
    assert form.issues == (
        NumberedText(1, "丙"),
        NumberedText(2, "丁"),
        NumberedText(3, "戊"),
        NumberedText(4, "己"),
        NumberedText(None, "1.5倍"),
        NumberedText(None, "・庚"),
    )
    assert form.practices == ("辛",)
    assert form.shared_issues == ("壬", "癸")
    assert form.remarks == ()


def test_a_heading_may_have_a_cell_to_itself(reading: Reader) -> None:
    form = reading("4月|\n|部会でできたこと・やったこと\n|甲。\n|乙。")
    assert form.achievements == ("甲。",)
    assert [remark.text for remark in form.remarks] == ["乙。"]


def test_text_below_no_known_label_is_kept_unread(reading: Reader) -> None:
    form = reading("4月|\nシェアしたい取組||||市域の課顕\n甲||||乙")
    assert form.practices == ("甲",)
    assert form.shared_issues == ()
    assert [remark.text for remark in form.remarks] == ["市域の課顕", "乙"]
