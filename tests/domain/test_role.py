from datetime import date
from uuid import UUID

import pytest

from shared.domain import log, month, role, sale, stall, takings
from shared.domain.base import PeriodEndsBeforeItBegins, Role
from shared.domain.examples import (
    ADMIN,
    CHAIR,
    HODOGAYA,
    HOSHIKAWA,
    KARUGAMO,
    NEXT_ADMIN,
    STALL_STAFF,
    YUMEWORK,
)
from shared.domain.role import Granted, LastAdmin, NoSuchRole, StaffOfNoVendor, Withdrawn
from tests.domain.given import given

SECRETARY = UUID("0195f094-3680-7c34-88ed-19caf73a5d11")
START, END = date(2025, 4, 1), date(2026, 3, 31)
TODAY = date(2025, 10, 20)

OPENED = log.Opened("141062-hanbai", "141003", ADMIN, "yokohama")
SECRETARY_FOR_THE_YEAR = Granted(SECRETARY, Role.SECRETARY, START, END)
STAFF_OF_YUMEWORK = Granted(STALL_STAFF, Role.STAFF, START, None, YUMEWORK)
SECOND_ADMIN = Granted(NEXT_ADMIN, Role.ADMIN, START)
HANDED_OVER = log.HandedOver(HODOGAYA, NEXT_ADMIN)

OURS = stall.Held(HOSHIKAWA, TODAY, (YUMEWORK,))
RAINED_OFF = stall.Cancelled(HOSHIKAWA, TODAY, "雨天")


def test_the_first_admin_comes_with_the_log() -> None:
    given(OPENED).lets(ADMIN, SECRETARY_FOR_THE_YEAR, TODAY)
    given(OPENED).forbids(SECRETARY, SECRETARY_FOR_THE_YEAR, TODAY)
    given().forbids(ADMIN, SECRETARY_FOR_THE_YEAR, TODAY)


def test_an_admin_records_nothing() -> None:
    given(OPENED).forbids(ADMIN, OURS, TODAY)


def test_nobody_opens_a_log_by_publishing() -> None:
    given(OPENED).forbids(ADMIN, OPENED, TODAY)


@pytest.mark.parametrize("day", [START, TODAY, END])
def test_a_role_holds_on_its_first_day_its_last_and_between(day: date) -> None:
    given(OPENED, SECRETARY_FOR_THE_YEAR).lets(SECRETARY, OURS, day)


@pytest.mark.parametrize("day", [date(2025, 3, 31), date(2026, 4, 1)])
def test_a_role_does_not_hold_before_or_after(day: date) -> None:
    given(OPENED, SECRETARY_FOR_THE_YEAR).forbids(SECRETARY, OURS, day)


def test_a_role_renewed_for_next_year_still_holds_this_year() -> None:
    next_year = Granted(SECRETARY, Role.SECRETARY, date(2026, 4, 1), date(2027, 3, 31))
    renewed = given(OPENED, SECRETARY_FOR_THE_YEAR, next_year, next_year)
    renewed.lets(SECRETARY, OURS, TODAY)
    renewed.lets(SECRETARY, OURS, date(2026, 4, 1))
    renewed.forbids(SECRETARY, OURS, date(2027, 4, 1))


def test_staff_of_two_workplaces_record_a_stall_of_both() -> None:
    both = stall.Held(HOSHIKAWA, TODAY, (YUMEWORK, NEXT_ADMIN))
    other = Granted(STALL_STAFF, Role.STAFF, START, None, NEXT_ADMIN)
    given(OPENED, STAFF_OF_YUMEWORK, other).lets(STALL_STAFF, both, TODAY)
    given(OPENED, STAFF_OF_YUMEWORK).forbids(STALL_STAFF, both, TODAY)


def test_a_withdrawn_role_holds_no_more() -> None:
    withdrawn = Withdrawn(SECRETARY, Role.SECRETARY)
    given(OPENED, SECRETARY_FOR_THE_YEAR).admits(withdrawn)
    given(OPENED, SECRETARY_FOR_THE_YEAR, withdrawn).forbids(SECRETARY, OURS, TODAY)
    given(OPENED, SECRETARY_FOR_THE_YEAR, withdrawn).refuses(withdrawn, NoSuchRole)
    given(OPENED, SECRETARY_FOR_THE_YEAR, withdrawn).admits(SECRETARY_FOR_THE_YEAR)


def test_what_was_never_granted_cannot_be_withdrawn() -> None:
    given(OPENED).refuses(Withdrawn(CHAIR, Role.CHAIR), NoSuchRole)
    given(OPENED, STAFF_OF_YUMEWORK).refuses(
        Withdrawn(STALL_STAFF, Role.STAFF, KARUGAMO), NoSuchRole
    )


def test_staff_speak_of_their_own_workplace_only() -> None:
    at_the_stall = given(OPENED, STAFF_OF_YUMEWORK)
    at_the_stall.lets(STALL_STAFF, OURS, TODAY)
    at_the_stall.lets(STALL_STAFF, stall.Held(HOSHIKAWA, TODAY, (), (YUMEWORK,)), TODAY)
    at_the_stall.lets(STALL_STAFF, takings.Recorded(HOSHIKAWA, TODAY, YUMEWORK), TODAY)
    at_the_stall.forbids(STALL_STAFF, stall.Held(HOSHIKAWA, TODAY, (KARUGAMO,)), TODAY)
    at_the_stall.forbids(STALL_STAFF, stall.Held(HOSHIKAWA, TODAY, (YUMEWORK, KARUGAMO)), TODAY)
    at_the_stall.forbids(STALL_STAFF, stall.Held(HOSHIKAWA, TODAY, (YUMEWORK,), (KARUGAMO,)), TODAY)
    at_the_stall.forbids(STALL_STAFF, takings.Recorded(HOSHIKAWA, TODAY, KARUGAMO), TODAY)


def test_staff_say_nothing_that_is_about_no_workplace() -> None:
    at_the_stall = given(OPENED, STAFF_OF_YUMEWORK)
    at_the_stall.forbids(STALL_STAFF, RAINED_OFF, TODAY)
    at_the_stall.forbids(STALL_STAFF, stall.Held(HOSHIKAWA, TODAY, ()), TODAY)
    at_the_stall.forbids(STALL_STAFF, sale.Closed(HOSHIKAWA, TODAY), TODAY)


def test_staff_of_two_workplaces_speak_of_each() -> None:
    second = Granted(STALL_STAFF, Role.STAFF, START, None, KARUGAMO)
    both = given(OPENED, STAFF_OF_YUMEWORK, second)
    both.lets(STALL_STAFF, OURS, TODAY)
    both.lets(STALL_STAFF, stall.Held(HOSHIKAWA, TODAY, (KARUGAMO,)), TODAY)
    one_left = given(
        OPENED, STAFF_OF_YUMEWORK, second, Withdrawn(STALL_STAFF, Role.STAFF, YUMEWORK)
    )
    one_left.forbids(STALL_STAFF, OURS, TODAY)
    one_left.lets(STALL_STAFF, stall.Held(HOSHIKAWA, TODAY, (KARUGAMO,)), TODAY)


def test_a_secretary_speaks_of_every_workplace() -> None:
    given(OPENED, SECRETARY_FOR_THE_YEAR).lets(SECRETARY, OURS, TODAY)
    given(OPENED, SECRETARY_FOR_THE_YEAR).lets(SECRETARY, RAINED_OFF, TODAY)


def test_a_chair_closes_the_month_but_records_no_stall() -> None:
    chaired = given(OPENED, Granted(CHAIR, Role.CHAIR, START))
    chaired.lets(CHAIR, month.Closed("2025-10"), TODAY)
    chaired.forbids(CHAIR, OURS, TODAY)


@pytest.mark.parametrize("watcher", [Role.AUDITOR, Role.CITY])
def test_who_only_looks_says_nothing(watcher: Role) -> None:
    given(OPENED, Granted(SECRETARY, watcher, START)).forbids(SECRETARY, OURS, TODAY)


def test_staff_need_a_workplace_and_nobody_else_has_one() -> None:
    given(OPENED).admits(STAFF_OF_YUMEWORK)
    given(OPENED).refuses(Granted(STALL_STAFF, Role.STAFF, START), StaffOfNoVendor)
    given(OPENED).refuses(
        Granted(SECRETARY, Role.SECRETARY, START, None, YUMEWORK), StaffOfNoVendor
    )


def test_a_role_does_not_end_before_it_begins() -> None:
    backwards = Granted(SECRETARY, Role.SECRETARY, END, START)
    assert given(OPENED).refuses(backwards, PeriodEndsBeforeItBegins).pointer == "/until"
    given(OPENED).admits(Granted(SECRETARY, Role.SECRETARY, START, START))


def test_the_last_admin_stays() -> None:
    leaving = Withdrawn(ADMIN, Role.ADMIN)
    given(OPENED).refuses(leaving, LastAdmin)
    given(OPENED, SECOND_ADMIN).admits(leaving)
    given(OPENED, SECOND_ADMIN, leaving).refuses(Withdrawn(NEXT_ADMIN, Role.ADMIN), LastAdmin)


def test_an_admin_for_a_time_is_not_enough_to_let_the_last_one_go() -> None:
    given(OPENED, Granted(NEXT_ADMIN, Role.ADMIN, START, END)).refuses(
        Withdrawn(ADMIN, Role.ADMIN), LastAdmin
    )


def test_an_admin_of_the_future_is_not_enough_to_let_the_last_one_go() -> None:
    in_2100 = Granted(NEXT_ADMIN, Role.ADMIN, date(2100, 1, 1))
    with pytest.raises(LastAdmin):
        given(OPENED, in_2100).lets(ADMIN, Withdrawn(ADMIN, Role.ADMIN), TODAY)
    given(OPENED, SECOND_ADMIN).lets(ADMIN, Withdrawn(ADMIN, Role.ADMIN), TODAY)


def test_handing_over_ends_every_role_and_begins_with_the_new_admin() -> None:
    handed_over = given(OPENED, SECRETARY_FOR_THE_YEAR, STAFF_OF_YUMEWORK, HANDED_OVER)
    handed_over.forbids(ADMIN, SECRETARY_FOR_THE_YEAR, TODAY)
    handed_over.forbids(SECRETARY, OURS, TODAY)
    handed_over.forbids(STALL_STAFF, OURS, TODAY)
    handed_over.lets(NEXT_ADMIN, SECRETARY_FOR_THE_YEAR, TODAY)
    handed_over.refuses(Withdrawn(SECRETARY, Role.SECRETARY), NoSuchRole)


def test_moving_to_another_node_leaves_the_roles() -> None:
    given(OPENED, SECRETARY_FOR_THE_YEAR, log.Moved("hodogaya")).lets(SECRETARY, OURS, TODAY)


def test_the_logs_own_facts_are_judged_by_the_log_not_here() -> None:
    state = role.role.fold([OPENED])
    role.admit(state, OPENED, {})
    role.admit(state, HANDED_OVER, {})
    role.admit(state, log.Moved("hodogaya"), {})


def test_the_roles_of_a_person_are_those_of_the_day() -> None:
    both = given(OPENED, SECRETARY_FOR_THE_YEAR, Granted(SECRETARY, Role.CHAIR, TODAY))
    assert both.roles_of(SECRETARY, START) == {"事務局"}
    assert both.roles_of(SECRETARY, TODAY) == {"事務局", "部会長"}
    assert both.roles_of(SECRETARY, date(2026, 4, 1)) == {"部会長"}
    assert both.roles_of(CHAIR, TODAY) == set()


def test_roles_are_about_the_roles_together() -> None:
    assert SECOND_ADMIN.subject == Withdrawn(ADMIN, Role.ADMIN).subject == "role"
