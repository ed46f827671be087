from datetime import date

from shared.domain.catalogue import NotUnderstood
from shared.domain.effective import Effective, Holding
from shared.domain.examples import AEON, HOSHIKAWA, KARUGAMO, YUMEWORK
from shared.domain.fact import Corrected, Retracted
from shared.domain.stall import Held
from tests.domain.given import given, nth

HELD = Held(HOSHIKAWA, date(2025, 10, 20), (YUMEWORK,))
CHANGED = Held(HOSHIKAWA, date(2025, 10, 20), (KARUGAMO,))
AGAIN = Held(HOSHIKAWA, date(2025, 10, 21), (KARUGAMO,))
OTHER = Held(AEON, date(2025, 10, 15), (YUMEWORK,))
CORRECTED = Corrected(nth(1), "書き間違い", CHANGED)
CORRECTED_AGAIN = Corrected(nth(2), "書き間違い", AGAIN)


def test_a_correction_stands_in_the_place_of_what_it_replaces() -> None:
    effective = Effective()
    effective.say(5, nth(1), HELD)
    effective.say(6, nth(2), OTHER)
    effective.say(9, nth(3), CORRECTED)
    assert list(effective) == [Holding(5, nth(3), CHANGED), Holding(6, nth(2), OTHER)]
    assert effective.root(nth(3)) == effective.root(nth(1)) == 5
    assert effective.at(5) == Holding(5, nth(3), CHANGED)


def test_nothing_holds_where_nothing_was_said_or_all_was_retracted() -> None:
    effective = Effective()
    effective.say(1, nth(1), HELD)
    effective.say(2, nth(2), Retracted(nth(1), "二度記録したため"))
    assert list(effective) == []
    assert effective.at(1) is None and effective.at(7) is None
    assert effective.root(nth(7)) is None and effective.root(nth(2)) is None


def test_a_target_shows_what_it_says_and_what_holds_instead() -> None:
    target = given(HELD, CORRECTED).target(1)
    assert target is not None and not target.effective
    assert (target.says, target.now, target.restores) == (HELD, CHANGED, None)


def test_a_target_that_is_a_correction_shows_what_it_would_restore() -> None:
    first = given(HELD, CORRECTED).target(2)
    assert first is not None and first.effective
    assert (first.says, first.now, first.restores) == (CHANGED, CHANGED, HELD)
    second = given(HELD, CORRECTED, CORRECTED_AGAIN).target(3)
    assert second is not None and second.restores == CHANGED
    replaced = given(HELD, CORRECTED, CORRECTED_AGAIN).target(2)
    assert replaced is not None and not replaced.effective
    assert (replaced.now, replaced.restores) == (AGAIN, None)


def test_a_target_that_holds_and_replaces_nothing_restores_nothing() -> None:
    target = given(HELD).target(1)
    assert target is not None and target.effective
    assert (target.now, target.restores) == (HELD, None)


def test_a_retraction_is_a_target_that_never_holds() -> None:
    retraction = Retracted(nth(1), "二度記録したため")
    target = given(HELD, retraction).target(2)
    assert target is not None and not target.effective
    assert (target.says, target.now) == (retraction, None)


def test_there_is_no_target_that_was_not_said() -> None:
    assert given(HELD).target(7) is None


def test_what_names_something_no_longer_effective_changes_nothing() -> None:
    stale = Corrected(nth(1), "書き間違い", AGAIN)
    assert given(HELD, CORRECTED, stale).holds == (CHANGED,)
    assert given(HELD, CORRECTED, Retracted(nth(1), "遅れた取り消し")).holds == (CHANGED,)
    twice = (Retracted(nth(1), "二度記録したため"), Retracted(nth(1), "二度記録したため"))
    assert given(HELD, *twice).holds == ()


def test_what_names_something_never_said_changes_nothing() -> None:
    assert given(HELD, Corrected(nth(7), "書き間違い", AGAIN)).holds == (HELD,)
    assert given(HELD, Retracted(nth(7), "書き間違い")).holds == (HELD,)


def test_a_fact_nobody_here_understands_holds_in_its_place() -> None:
    unknown = NotUnderstood("stall.held.2")
    assert given(unknown, HELD).holds == (unknown, HELD)
