from datetime import date

import msgspec
import pytest

from shared.domain import committee, log, month, stall
from shared.domain.base import (
    ROLE_LABELS,
    BadWardCode,
    DayOutsideMonth,
    Fact,
    Role,
    fiscal_year_of,
    fiscal_year_of_month,
    month_of,
    months_of_year,
    require_in_month,
    require_ward_code,
)
from shared.domain.catalogue import decode
from shared.domain.examples import HOSHIKAWA, YUMEWORK

YOKOHAMA = {
    "141003": "横浜市",
    "141011": "鶴見区",
    "141020": "神奈川区",
    "141038": "西区",
    "141046": "中区",
    "141054": "南区",
    "141062": "保土ケ谷区",
    "141071": "磯子区",
    "141089": "金沢区",
    "141097": "港北区",
    "141101": "戸塚区",
    "141119": "港南区",
    "141127": "旭区",
    "141135": "緑区",
    "141143": "瀬谷区",
    "141151": "栄区",
    "141160": "泉区",
    "141178": "青葉区",
    "141186": "都筑区",
}


@pytest.mark.parametrize("code", YOKOHAMA, ids=YOKOHAMA.get)
def test_a_published_code_passes_and_every_other_last_digit_fails(code: str) -> None:
    require_ward_code(code)
    for digit in "0123456789".replace(code[-1], ""):
        with pytest.raises(BadWardCode):
            require_ward_code(code[:-1] + digit)


@pytest.mark.parametrize("written", ["14106", "1410622", "１４１０６２", "14106a", "141062\n", ""])
def test_a_code_is_six_plain_digits(written: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(
            msgspec.json.encode(
                {"type": "log.handed_over", "keeper": written, "admin": str(YUMEWORK)}
            )
        )


def test_a_fiscal_year_runs_from_april_to_march() -> None:
    assert fiscal_year_of(date(2025, 3, 31)) == 2024
    assert fiscal_year_of(date(2025, 4, 1)) == 2025
    assert fiscal_year_of(date(2026, 3, 31)) == 2025
    assert fiscal_year_of(date(2024, 2, 29)) == 2023
    assert fiscal_year_of_month("2026-03") == 2025
    assert fiscal_year_of_month("2026-04") == 2026


def test_the_months_of_a_year_are_twelve_in_order() -> None:
    months = months_of_year(2025)
    assert months[0] == "2025-04" and months[8] == "2025-12" and months[9] == "2026-01"
    assert months[-1] == "2026-03" and len(months) == 12
    assert {fiscal_year_of_month(name) for name in months} == {2025}


def test_a_day_lies_in_its_month_only() -> None:
    assert month_of(date(2025, 4, 1)) == "2025-04"
    require_in_month("2025-10", [date(2025, 10, 1), date(2025, 10, 31)])
    require_in_month("2025-10", [])
    with pytest.raises(DayOutsideMonth):
        require_in_month("2025-10", [date(2025, 10, 20), date(2024, 10, 20)])


@pytest.mark.parametrize(
    "written", ["2025-13", "2025-00", "2025-1", "0000-10", "2025-10\n", "２０２５-10", "2025/10"]
)
def test_a_month_is_written_as_year_and_number(written: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.json.encode({"type": "month.closed", "month": written}))


def test_the_year_of_a_fact_is_said_or_follows_from_its_month_or_day() -> None:
    assert committee.Named(2025, "自主製品販売部会").year == 2025
    assert month.Closed("2026-03").year == 2025
    assert stall.Held(HOSHIKAWA, date(2026, 4, 1), (YUMEWORK,)).year == 2026
    assert log.Moved("yokohama").year is None


def test_the_day_of_a_fact_is_known_only_where_it_is_said() -> None:
    assert committee.Audited("2025-04", date(2025, 4, 8)).on == date(2025, 4, 8)
    assert committee.Audited("2025-04", None).on is None
    assert log.Moved("yokohama").on is None


def test_most_facts_are_about_no_workplace() -> None:
    assert month.Closed("2026-03").whose == ()
    assert stall.Cancelled(HOSHIKAWA, date(2025, 10, 22), "雨天").whose == ()


def test_a_fact_must_say_what_it_is_about() -> None:
    with pytest.raises(NotImplementedError):
        _ = Fact().subject


def test_every_role_has_the_fields_own_word() -> None:
    assert {role.label for role in Role} == set(ROLE_LABELS.values())
    assert Role.STAFF.label == "事業所職員"
