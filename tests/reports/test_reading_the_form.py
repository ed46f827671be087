"""What the real form says, counted."""

from collections import Counter
from datetime import date

from shared.domain.stall import DayCount, When
from shared.reports.days import every_day
from shared.reports.form import (
    MEMBER_KINDS,
    AuditItem,
    Guest,
    Item,
    MeetingItem,
    Partner,
    SaleItem,
)
from shared.reports.reading import read_form


def items(data: bytes) -> list[Item]:
    return [item for month in read_form(data, 2025).months for item in month.items]


def sales(data: bytes) -> list[SaleItem]:
    return [item for item in items(data) if isinstance(item, SaleItem)]


def length(when: When | None) -> int:
    assert when is not None
    return when.days if isinstance(when, DayCount) else len(every_day(when))


def test_the_year_has_twelve_meetings_one_audit_and_thirty_seven_lines(any_form: bytes) -> None:
    kinds = Counter(type(item) for item in items(any_form))
    assert kinds == {MeetingItem: 12, AuditItem: 1, SaleItem: 37}
    assert AuditItem(date(2025, 4, 8)) in items(any_form)


def test_days_appearances_and_workplaces_add_up_sale_by_sale(any_form: bytes) -> None:
    days: Counter[str] = Counter()
    appearances: Counter[str] = Counter()
    workplaces: Counter[str] = Counter()
    for sale in sales(any_form):
        days[sale.name] += length(sale.when)
        appearances[sale.name] += sale.appearances or 0
        workplaces[sale.name] += sale.workplaces or 0
    assert days == {
        "区役所販売": 157,
        "イオン天王町SC出張販売": 12,
        "星川駅出張販売": 8,
        "福祉のマルシェ": 28,
        "西谷浄水場出張販売": 3,
        "あじさい祭り出店販売": 1,
    }
    assert days.total() == 209
    assert +appearances == {"区役所販売": 179, "星川駅出張販売": 39, "福祉のマルシェ": 46}
    assert workplaces["イオン天王町SC出張販売"] == 97
    assert workplaces["西谷浄水場出張販売"] == 8
    assert workplaces["あじさい祭り出店販売"] == 2


def test_a_figure_the_form_leaves_out_is_unknown(any_form: bytes) -> None:
    aeon = [sale for sale in sales(any_form) if sale.name == "イオン天王町SC出張販売"]
    assert {sale.appearances for sale in aeon} == {None}


def test_october_has_two_guests_of_seya_and_two_days_of_advice(any_form: bytes) -> None:
    (october,) = [sale for sale in sales(any_form) if sale.guests or sale.partners]
    assert october.guests == (Guest("瀬谷区", 2, (date(2025, 10, 20),)),)
    booth_days = (date(2025, 10, 20), date(2025, 10, 23))
    assert october.partners == (Partner("基幹相談支援センター", "相談ブース", booth_days),)


def test_septembers_missing_comma_separates_all_the_same(any_form: bytes) -> None:
    september = read_form(any_form, 2025).months[5]
    assert september.month == "2025-09"
    assert len(september.items) == 5
    meeting, ward_office, *_ = september.items
    assert isinstance(meeting, MeetingItem)
    assert meeting.topics == ("区役所・星川駅・イオン・西谷浄水場販売", "福祉マルシェ等")
    assert ward_office == SaleItem("区役所販売", DayCount(9), 7, 10)


def test_every_meeting_has_its_day_and_january_belongs_to_the_next_year(any_form: bytes) -> None:
    days = [day for month in read_form(any_form, 2025).months for day in month.meeting_days]
    assert [(day.month, day.day) for day in days] == [
        (4, 15), (5, 20), (6, 17), (7, 15), (8, 19), (9, 16),
        (10, 21), (11, 18), (12, 16), (1, 20), (2, 17), (3, 17),
    ]  # fmt: skip
    assert [day.year for day in days] == [2025] * 9 + [2026] * 3


def test_members_are_seventeen_and_one_and_one_and_nothing_is_made_of_blanks(
    any_form: bytes,
) -> None:
    form = read_form(any_form, 2025)
    assert form.members == {
        "障害福祉サービス事業者": 17,
        "区福祉保健センター": 1,
        "社会福祉協議会": 1,
    }
    assert form.members_total == 19
    assert len(set(MEMBER_KINDS) - set(form.members)) == 23


def test_the_head_and_the_narrative_are_read(any_form: bytes) -> None:
    form = read_form(any_form, 2025)
    assert form.name == "自主製品販売部会"
    assert [officer.affiliation for officer in form.chairs] == ["ゆめわーく"]
    assert [officer.affiliation for officer in form.vice_chairs] == ["ほどがやカルガモの会"]
    assert form.goal
    assert len(form.achievements) == 1
    assert [issue.number for issue in form.issues] == [1, 2, 3, 4, 5]
    assert len(form.practices) == 1
    assert form.shared_issues == ()


def test_nothing_of_the_real_form_is_left_unread(any_form: bytes) -> None:
    form = read_form(any_form, 2025)
    assert form.remarks == ()
    assert form.warnings == ()


def test_text_and_workbook_say_the_same(fixture_form: bytes, fixture_workbook: bytes) -> None:
    assert read_form(fixture_form, 2025) == read_form(fixture_workbook, 2025)
