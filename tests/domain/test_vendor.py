from datetime import date

from shared.domain.examples import KARUGAMO, KARUGAMO_AGAIN, YUMEWORK
from shared.domain.fact import Retracted
from shared.domain.vendor import (
    AliasAdded,
    Joined,
    Left,
    Merged,
    MergedAlready,
    MergedIntoItself,
    NotMerged,
    Unmerged,
)
from tests.domain.given import given, nth

JOINED = Joined(YUMEWORK, "ゆめわーく", date(2025, 6, 1))
SAME = Merged(KARUGAMO_AGAIN, KARUGAMO)


def test_a_workplace_joins_goes_by_other_names_leaves_and_comes_back() -> None:
    given().admits(JOINED)
    given(JOINED).admits(AliasAdded(YUMEWORK, "ゆめワーク"))
    given(JOINED).admits(Left(YUMEWORK, date(2026, 3, 31)))
    given(JOINED, Left(YUMEWORK, date(2026, 3, 31))).admits(JOINED)


def test_a_workplace_is_not_merged_into_itself() -> None:
    given().refuses(Merged(KARUGAMO, KARUGAMO), MergedIntoItself)


def test_a_merged_workplace_is_not_merged_again() -> None:
    given(SAME).refuses(Merged(KARUGAMO_AGAIN, YUMEWORK), MergedAlready)
    given(SAME, AliasAdded(KARUGAMO_AGAIN, "カルガモ")).refuses(SAME, MergedAlready)


def test_only_what_was_merged_comes_apart() -> None:
    given().refuses(Unmerged(KARUGAMO_AGAIN), NotMerged)
    given(SAME).admits(Unmerged(KARUGAMO_AGAIN))
    given(SAME, Unmerged(KARUGAMO_AGAIN)).refuses(Unmerged(KARUGAMO_AGAIN), NotMerged)
    given(SAME, Unmerged(KARUGAMO_AGAIN)).admits(SAME)


def test_a_merge_that_was_retracted_is_none() -> None:
    given(SAME, Retracted(nth(1), "別の事業所だった")).refuses(Unmerged(KARUGAMO_AGAIN), NotMerged)


def test_a_name_may_change_every_years_answers() -> None:
    assert JOINED.year is None
    assert JOINED.subject == f"vendor/{YUMEWORK}"
