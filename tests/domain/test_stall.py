from datetime import date

import msgspec
import pytest

from shared.domain.base import DayOutsideMonth, PeriodEndsBeforeItBegins
from shared.domain.catalogue import decode
from shared.domain.examples import HOSHIKAWA, KARUGAMO, REQUEST, WARD_OFFICE, YUMEWORK
from shared.domain.fact import Corrected, Retracted
from shared.domain.stall import (
    AnsweredAlready,
    Cancelled,
    Dates,
    DayCount,
    Held,
    Itemised,
    NobodyThere,
    NotRequested,
    PartnerJoined,
    Reported,
    RequestAccepted,
    RequestDeclined,
    Requested,
    Run,
    Span,
    WasCancelled,
    When,
    days_of,
    length_of,
)
from tests.domain.given import given, nth

RAINY_DAY = date(2025, 10, 22)
RAINED_OFF = Cancelled(HOSHIKAWA, RAINY_DAY, "雨天")
STORM = Cancelled(HOSHIKAWA, RAINY_DAY, "荒天")
HELD = Held(HOSHIKAWA, RAINY_DAY, (YUMEWORK,))
REQUESTED = Requested(REQUEST, "地域ケアプラザ", date(2025, 8, 26))
ACCEPTED = RequestAccepted(REQUEST, date(2025, 9, 16))
DECLINED = RequestDeclined(REQUEST, date(2025, 9, 16), "土日は職員の体制がとれないため")
FIVE_DAYS = Span(date(2025, 10, 20), date(2025, 10, 24))


def test_a_workplace_stands_at_a_sale() -> None:
    given().admits(HELD)
    given(HELD).admits(HELD)


def test_sending_goods_only_is_being_there_too() -> None:
    given().admits(Held(HOSHIKAWA, RAINY_DAY, (), (KARUGAMO,)))


def test_a_stall_day_has_somebody_there() -> None:
    given().refuses(Held(HOSHIKAWA, RAINY_DAY, ()), NobodyThere)


def test_nobody_stands_at_a_sale_that_was_rained_off() -> None:
    given(RAINED_OFF).refuses(HELD, WasCancelled)


def test_a_cancelled_day_stops_neither_other_days_nor_other_sales() -> None:
    given(RAINED_OFF).admits(Held(HOSHIKAWA, date(2025, 10, 23), (YUMEWORK,)))
    given(RAINED_OFF).admits(Held(WARD_OFFICE, RAINY_DAY, (YUMEWORK,)))


def test_a_day_that_was_held_may_still_be_called_off_and_told_twice() -> None:
    given(HELD).admits(RAINED_OFF)
    given(RAINED_OFF).admits(STORM)


def test_retracting_the_cancellation_lets_the_day_be_held() -> None:
    given(RAINED_OFF, Retracted(nth(1), "別の日だった")).admits(HELD)


def test_retracting_one_of_two_cancellations_leaves_the_day_cancelled() -> None:
    given(RAINED_OFF, STORM, Retracted(nth(1), "二度記録した")).refuses(HELD, WasCancelled)
    given(RAINED_OFF, STORM, Retracted(nth(2), "二度記録した")).refuses(HELD, WasCancelled)
    both = (Retracted(nth(1), "別の日だった"), Retracted(nth(2), "別の日だった"))
    given(RAINED_OFF, STORM, *both).admits(HELD)


def test_correcting_the_day_of_a_cancellation_frees_the_one_and_stops_the_other() -> None:
    the_day_after = date(2025, 10, 23)
    corrected = Corrected(nth(1), "日付の誤り", Cancelled(HOSHIKAWA, the_day_after, "雨天"))
    given(RAINED_OFF, corrected).admits(HELD)
    given(RAINED_OFF, corrected).refuses(Held(HOSHIKAWA, the_day_after, (YUMEWORK,)), WasCancelled)


@pytest.mark.parametrize(
    "when",
    [
        None,
        DayCount(14),
        DayCount(40),
        Dates((date(2025, 10, 16), date(2025, 10, 23))),
        FIVE_DAYS,
        Span(date(2025, 10, 20), date(2025, 10, 20)),
        Run(date(2025, 10, 3), 3),
    ],
)
def test_a_line_of_a_past_report_is_told_as_stated(when: When | None) -> None:
    given().admits(Reported(HOSHIKAWA, "2025-10", when, 15, 22))
    given().admits(Reported(HOSHIKAWA, "2025-10", when, None, None))


def test_figures_that_do_not_add_up_are_odd_but_not_refused() -> None:
    given().admits(Reported(HOSHIKAWA, "2025-10", FIVE_DAYS, 15, 3))
    given().admits(Reported(HOSHIKAWA, "2025-10", Run(date(2025, 10, 30), 9), 15, 22))


@pytest.mark.parametrize(
    "when",
    [
        Dates((date(2025, 10, 16), date(2025, 11, 16))),
        Span(date(2025, 10, 30), date(2025, 11, 1)),
        Span(date(2025, 9, 30), date(2025, 10, 1)),
        Run(date(2025, 9, 30), 3),
    ],
)
def test_a_line_lies_in_its_month(when: When) -> None:
    given().refuses(Reported(HOSHIKAWA, "2025-10", when, 15, 22), DayOutsideMonth)


def test_a_line_does_not_end_before_it_begins() -> None:
    backwards = Reported(HOSHIKAWA, "2025-10", Span(date(2025, 10, 24), date(2025, 10, 20)), 1, 1)
    assert given().refuses(backwards, PeriodEndsBeforeItBegins).pointer == "/when/last"


def test_a_line_is_itemised_before_or_after_it_is_told() -> None:
    given().admits(Itemised(HOSHIKAWA, "2025-10"))
    given(Reported(HOSHIKAWA, "2025-10", FIVE_DAYS, 15, 22)).admits(Itemised(HOSHIKAWA, "2025-10"))


def test_a_partner_comes_on_days_of_the_month() -> None:
    def desk(*days: date) -> PartnerJoined:
        return PartnerJoined(HOSHIKAWA, "2025-10", "基幹相談支援センター", "相談ブース", days)

    given().admits(desk(date(2025, 10, 20), date(2025, 10, 23)))
    given().admits(desk())
    given().refuses(desk(date(2025, 10, 20), date(2025, 11, 23)), DayOutsideMonth)


@pytest.mark.parametrize("answer", [ACCEPTED, DECLINED])
def test_a_request_is_answered_once(answer: RequestAccepted | RequestDeclined) -> None:
    given(REQUESTED).admits(answer)
    given(REQUESTED, answer).refuses(ACCEPTED, AnsweredAlready)
    given(REQUESTED, answer).refuses(DECLINED, AnsweredAlready)
    given(REQUESTED, answer, Retracted(nth(2), "返事の誤り")).admits(DECLINED)


def test_nobody_answers_what_was_not_asked() -> None:
    given().refuses(ACCEPTED, NotRequested)
    given(REQUESTED, Retracted(nth(1), "別の区への依頼")).refuses(DECLINED, NotRequested)


def test_a_request_belongs_to_the_day_it_came() -> None:
    assert REQUESTED.on == date(2025, 8, 26)
    assert REQUESTED.year == 2025
    assert REQUESTED.subject == ACCEPTED.subject == DECLINED.subject == f"request/{REQUEST}"


def test_a_period_tells_its_days_as_far_as_it_knows_them() -> None:
    sixteenth, twentythird = date(2025, 10, 16), date(2025, 10, 23)
    assert days_of(None) == days_of(DayCount(14)) == ()
    assert days_of(Dates((twentythird, sixteenth, twentythird))) == (sixteenth, twentythird)
    assert days_of(FIVE_DAYS) == tuple(date(2025, 10, n) for n in range(20, 25))
    assert days_of(Run(date(2025, 10, 3), 3)) == tuple(date(2025, 10, n) for n in (3, 4, 5))


def test_the_days_of_a_run_stay_in_its_month() -> None:
    assert days_of(Run(date(2025, 10, 30), 3)) == (date(2025, 10, 30), date(2025, 10, 31))


def test_a_period_has_a_length_where_that_is_known() -> None:
    assert length_of(None) is None
    assert length_of(DayCount(14)) == 14
    assert length_of(Dates((date(2025, 10, 16), date(2025, 10, 16)))) == 1
    assert length_of(FIVE_DAYS) == 5
    assert length_of(Run(date(2025, 10, 3), 3)) == 3


@pytest.mark.parametrize(
    "when",
    [{"as": "days", "days": 0}, {"as": "dates", "dates": []}, {"as": "weekly"}, {"days": 3}, 14],
)
def test_a_period_comes_in_one_of_four_forms(when: object) -> None:
    said = {
        "type": "stall.reported",
        "sale": str(HOSHIKAWA),
        "month": "2025-10",
        "when": when,
        "workplaces": None,
        "appearances": None,
    }
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.json.encode(said))
