from datetime import date

from shared.domain.examples import AEON, HOSHIKAWA, HOSHIKAWA_AGAIN
from shared.domain.sale import (
    AliasAdded,
    Closed,
    Merged,
    MergedAlready,
    MergedIntoItself,
    NotMerged,
    Opened,
    PlaceChanged,
    Unmerged,
)
from tests.domain.given import given

OPENED = Opened(AEON, "イオン天王町SC出張販売", "away", "1階")
UPSTAIRS = PlaceChanged(AEON, "2階", date(2025, 9, 17))
SAME = Merged(HOSHIKAWA_AGAIN, HOSHIKAWA)


def test_a_sale_opens_moves_upstairs_goes_by_another_name_and_closes() -> None:
    given().admits(OPENED)
    given(OPENED).admits(UPSTAIRS)
    given(OPENED, UPSTAIRS).admits(AliasAdded(AEON, "イオン販売"))
    given(OPENED, UPSTAIRS, AliasAdded(AEON, "イオン販売")).admits(Closed(AEON, date(2026, 3, 18)))


def test_a_sale_is_not_merged_into_itself() -> None:
    given().refuses(Merged(HOSHIKAWA, HOSHIKAWA), MergedIntoItself)


def test_a_merged_sale_is_not_merged_again() -> None:
    given(SAME, AliasAdded(HOSHIKAWA_AGAIN, "星川")).refuses(
        Merged(HOSHIKAWA_AGAIN, AEON), MergedAlready
    )


def test_only_what_was_merged_comes_apart() -> None:
    given().refuses(Unmerged(HOSHIKAWA_AGAIN), NotMerged)
    given(SAME).admits(Unmerged(HOSHIKAWA_AGAIN))
    given(SAME, Unmerged(HOSHIKAWA_AGAIN)).admits(SAME)


def test_a_name_or_a_place_may_change_every_years_answers() -> None:
    assert OPENED.year is None and UPSTAIRS.year is None
    assert OPENED.subject == f"sale/{AEON}"
