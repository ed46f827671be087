from datetime import date

from shared.domain.calendar import UNKNOWN, Calendar, OfficesClose

HOLIDAYS = (
    *((2025, *day) for day in ((4, 29), (5, 3), (5, 4), (5, 5), (5, 6), (7, 21), (8, 11))),
    *((2025, *day) for day in ((9, 15), (9, 23), (10, 13), (11, 3), (11, 23), (11, 24))),
    *((2026, *day) for day in ((1, 1), (1, 12), (2, 11), (2, 23), (3, 20))),
)
FY2025 = Calendar(
    known_from=date(2025, 4, 1),
    known_until=date(2026, 3, 31),
    offices_close=OfficesClose("12-29", "01-03"),
    holidays=frozenset(date(*day) for day in HOLIDAYS),
)


def test_ward_offices_work_on_weekdays_that_are_no_holidays() -> None:
    assert FY2025.is_working(date(2026, 2, 10))
    assert not FY2025.is_working(date(2026, 2, 11))
    assert not FY2025.is_working(date(2025, 6, 7))


def test_ward_offices_close_over_the_turn_of_the_year() -> None:
    assert FY2025.is_working(date(2025, 12, 26))
    assert not FY2025.is_working(date(2025, 12, 29))
    assert not FY2025.is_working(date(2026, 1, 2))
    assert FY2025.is_working(date(2026, 1, 5))


def test_february_2026_had_eighteen_working_days_and_the_year_242() -> None:
    assert FY2025.working_days("2026-02") == 18
    months = [f"2025-{n:02d}" for n in range(4, 13)] + [f"2026-{n:02d}" for n in range(1, 4)]
    assert sum(FY2025.working_days(name) or 0 for name in months) == 242


def test_nothing_is_known_beyond_the_table() -> None:
    assert FY2025.working_days("2025-03") is None
    assert FY2025.working_days("2026-04") is None
    assert UNKNOWN.working_days("2025-10") is None
