from datetime import date

import msgspec
import pytest

from shared.domain.catalogue import decode
from shared.domain.examples import AEON, YUMEWORK
from shared.domain.takings import Payment, Recorded, SameMeansTwice, SoldOutWithLeftovers
from tests.domain.given import given

DAY = date(2026, 1, 28)


def test_nothing_about_takings_is_required() -> None:
    given().admits(Recorded(AEON, DAY, YUMEWORK))


def test_takings_are_told_by_means_of_payment() -> None:
    cash, code = Payment("cash", 12_400), Payment("qr", 800)
    given().admits(Recorded(AEON, DAY, YUMEWORK, (cash, code)))
    given().refuses(Recorded(AEON, DAY, YUMEWORK, (cash, code, cash)), SameMeansTwice)


def test_what_was_sold_out_left_nothing_over() -> None:
    given().admits(Recorded(AEON, DAY, YUMEWORK, left_over=3))
    given().admits(Recorded(AEON, DAY, YUMEWORK, left_over=0, sold_out=True))
    given().admits(Recorded(AEON, DAY, YUMEWORK, sold_out_at="13:20"))
    given().refuses(Recorded(AEON, DAY, YUMEWORK, left_over=3, sold_out=True), SoldOutWithLeftovers)
    given().refuses(
        Recorded(AEON, DAY, YUMEWORK, left_over=3, sold_out_at="13:20"), SoldOutWithLeftovers
    )


def test_takings_are_about_one_workplace_on_one_day() -> None:
    recorded = Recorded(AEON, DAY, YUMEWORK)
    assert recorded.subject == f"takings/{AEON}/2026-01-28/{YUMEWORK}"
    assert recorded.whose == (YUMEWORK,)


@pytest.mark.parametrize("written", ["24:00", "9:00", "13:60", "13:20\n", "13時20分"])
def test_a_time_is_written_as_on_a_clock(written: str) -> None:
    said = {"sale": str(AEON), "day": "2026-01-28", "vendor": str(YUMEWORK)}
    with pytest.raises(msgspec.ValidationError):
        decode(msgspec.json.encode({"type": "takings.recorded", **said, "sold_out_at": written}))
