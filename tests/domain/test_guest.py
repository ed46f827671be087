from datetime import date

from shared.domain.base import BadWardCode
from shared.domain.examples import HOSHIKAWA, SEYA, YUMEWORK
from shared.domain.guest import (
    Absent,
    DaysOfTwoYears,
    FewerThanNamed,
    Hosted,
    NotHosted,
    Visit,
    guest,
)
from tests.domain.given import given

TWENTIETH, TWENTYFIRST = date(2025, 10, 20), date(2025, 10, 21)
TWO_FROM_SEYA = Hosted(HOSHIKAWA, SEYA, (TWENTIETH,), 2)


def test_two_workplaces_of_seya_came_on_the_twentieth() -> None:
    given().admits(TWO_FROM_SEYA)
    assert guest.fold([TWO_FROM_SEYA]).visits == (Visit(TWENTIETH, 2, ()),)


def test_guests_told_again_replace_what_was_said_of_those_days() -> None:
    both_days = Hosted(HOSHIKAWA, SEYA, (TWENTYFIRST, TWENTIETH, TWENTIETH), 2)
    three = Hosted(HOSHIKAWA, SEYA, (TWENTIETH,), 3)
    given(both_days).admits(three)
    assert guest.fold([both_days, three]).visits == (
        Visit(TWENTYFIRST, 2, ()),
        Visit(TWENTIETH, 3, ()),
    )


def test_guests_who_did_not_come_are_taken_back_by_the_day() -> None:
    both_days = Hosted(HOSHIKAWA, SEYA, (TWENTIETH, TWENTYFIRST), 2)
    absent = Absent(HOSHIKAWA, SEYA, (TWENTIETH,))
    given(both_days).admits(absent)
    assert guest.fold([both_days, absent]).visits == (Visit(TWENTYFIRST, 2, ()),)
    given(both_days, absent).refuses(absent, NotHosted)
    given(both_days, absent).admits(TWO_FROM_SEYA)


def test_nobody_is_absent_who_was_not_expected() -> None:
    given().refuses(Absent(HOSHIKAWA, SEYA, (TWENTIETH,)), NotHosted)
    given(TWO_FROM_SEYA).refuses(Absent(HOSHIKAWA, SEYA, (TWENTIETH, TWENTYFIRST)), NotHosted)
    given(TWO_FROM_SEYA).refuses(Absent(HOSHIKAWA, "141160", (TWENTIETH,)), NotHosted)


def test_guests_come_from_a_ward_that_exists() -> None:
    given().refuses(Hosted(HOSHIKAWA, "141144", (TWENTIETH,), 2), BadWardCode)
    given().refuses(Absent(HOSHIKAWA, "141144", (TWENTIETH,)), BadWardCode)


def test_the_days_of_a_visit_lie_in_one_fiscal_year() -> None:
    turn = (date(2026, 3, 31), date(2026, 4, 1))
    given().refuses(Hosted(HOSHIKAWA, SEYA, turn, 2), DaysOfTwoYears)
    given().admits(Hosted(HOSHIKAWA, SEYA, turn[:1], 2))


def test_named_guests_are_not_more_than_counted() -> None:
    given().admits(Hosted(HOSHIKAWA, SEYA, (TWENTIETH,), 2, (YUMEWORK,)))
    given().admits(Hosted(HOSHIKAWA, SEYA, (TWENTIETH,), None, (YUMEWORK,)))
    given().admits(Hosted(HOSHIKAWA, SEYA, (TWENTIETH,), 1, (YUMEWORK, YUMEWORK)))
    given().refuses(Hosted(HOSHIKAWA, SEYA, (TWENTIETH,), 0, (YUMEWORK,)), FewerThanNamed)


def test_a_visit_belongs_to_its_first_day() -> None:
    assert TWO_FROM_SEYA.on == TWENTIETH
    assert TWO_FROM_SEYA.year == 2025
    assert TWO_FROM_SEYA.subject == f"guest/{HOSHIKAWA}/{SEYA}"
