from datetime import date

import msgspec
import pytest

from shared.domain import guest, log, rule, stall
from shared.domain.base import Fact
from shared.domain.catalogue import AGGREGATES, FACTS, decode
from shared.domain.examples import (
    ADMIN,
    EXAMPLES,
    HODOGAYA,
    HOSHIKAWA,
    KARUGAMO,
    SEYA,
    WARD_OFFICE,
    YUMEWORK,
    example_of,
)
from shared.domain.fact import (
    AnotherType,
    Corrected,
    NoSuchFact,
    NotEffective,
    NothingChanged,
    Retracted,
    UndoneOtherwise,
)
from tests.domain.given import given, nth

TWENTIETH = date(2025, 10, 20)
HELD = stall.Held(HOSHIKAWA, TWENTIETH, (YUMEWORK,))
BOTH_HELD = stall.Held(HOSHIKAWA, TWENTIETH, (YUMEWORK, KARUGAMO))
ELSEWHERE = stall.Held(WARD_OFFICE, TWENTIETH, (YUMEWORK,))

UNDONE_BY_THEIR_OPPOSITES = {"log", "role", "rule", "person", "guest", "fact"}


def corrected(number: int, content: stall.StallFact) -> Corrected:
    return Corrected(nth(number), "書き間違い", content)


def retracted(number: int) -> Retracted:
    return Retracted(nth(number), "二度記録したため")


def test_a_fact_is_corrected_and_the_correction_holds() -> None:
    given(HELD).admits(corrected(1, BOTH_HELD))
    assert given(HELD, corrected(1, BOTH_HELD)).holds == (BOTH_HELD,)


def test_a_correction_may_move_a_fact_to_another_subject() -> None:
    given(HELD).admits(corrected(1, ELSEWHERE))
    assert corrected(1, ELSEWHERE).subject == ELSEWHERE.subject


def test_a_correction_is_corrected_in_its_turn() -> None:
    given(HELD, corrected(1, BOTH_HELD)).admits(corrected(2, ELSEWHERE))
    given(HELD, corrected(1, BOTH_HELD)).admits(corrected(2, HELD))


def test_a_fact_is_retracted_and_nothing_holds() -> None:
    given(HELD).admits(retracted(1))
    assert given(HELD, retracted(1)).holds == ()


def test_retracting_a_correction_restores_what_it_replaced() -> None:
    twice = (HELD, corrected(1, BOTH_HELD), corrected(2, ELSEWHERE))
    given(*twice).admits(retracted(3))
    assert given(*twice, retracted(3)).holds == (BOTH_HELD,)
    given(*twice, retracted(3)).admits(retracted(2))
    assert given(*twice, retracted(3), retracted(2)).holds == (HELD,)


def test_nothing_is_corrected_that_was_never_said() -> None:
    given(HELD).refuses(corrected(7, BOTH_HELD), NoSuchFact)
    given().refuses(retracted(1), NoSuchFact)


def test_correcting_what_was_corrected_meanwhile_shows_the_difference() -> None:
    contested = given(HELD, corrected(1, BOTH_HELD)).refuses(corrected(1, ELSEWHERE), NotEffective)
    assert contested.named == HELD
    assert contested.now == BOTH_HELD
    assert "訂正されています" in contested.message
    assert contested.status == 409


def test_retracting_what_was_corrected_meanwhile_is_contested_too() -> None:
    contested = given(HELD, corrected(1, BOTH_HELD)).refuses(retracted(1), NotEffective)
    assert (contested.named, contested.now) == (HELD, BOTH_HELD)


def test_correcting_what_was_retracted_meanwhile_shows_that_nothing_holds() -> None:
    contested = given(HELD, retracted(1)).refuses(corrected(1, BOTH_HELD), NotEffective)
    assert (contested.named, contested.now) == (HELD, None)
    assert "取り消されています" in contested.message


def test_a_retracted_correction_is_not_effective_but_what_it_replaced_is() -> None:
    said = (HELD, corrected(1, BOTH_HELD), retracted(2))
    contested = given(*said).refuses(retracted(2), NotEffective)
    assert (contested.named, contested.now) == (BOTH_HELD, HELD)
    given(*said).admits(corrected(1, ELSEWHERE))


def test_a_correction_keeps_the_type() -> None:
    rained_off = stall.Cancelled(HOSHIKAWA, TWENTIETH, "雨天")
    given(HELD).refuses(corrected(1, rained_off), AnotherType)
    given(rained_off).refuses(corrected(1, HELD), AnotherType)


def test_a_correction_that_changes_nothing_is_none() -> None:
    given(HELD).refuses(corrected(1, HELD), NothingChanged)
    given(HELD, corrected(1, BOTH_HELD)).refuses(corrected(2, BOTH_HELD), NothingChanged)


def test_a_retraction_is_not_retracted() -> None:
    given(HELD, retracted(1)).refuses(retracted(2), UndoneOtherwise)


@pytest.mark.parametrize(
    "said",
    [
        log.HandedOver(HODOGAYA, ADMIN),
        rule.Set("guests_inside", value=True, since=TWENTIETH),
        guest.Hosted(HOSHIKAWA, SEYA, (TWENTIETH,), 2),
    ],
)
def test_what_has_an_opposite_is_neither_retracted_nor_corrected(
    said: log.HandedOver | rule.Set | guest.Hosted,
) -> None:
    given(said).refuses(retracted(1), UndoneOtherwise)
    given(said).refuses(corrected(1, HELD), UndoneOtherwise)


SAYABLE = [example for example in EXAMPLES if not isinstance(example, Corrected)]


@pytest.mark.parametrize("said", SAYABLE, ids=lambda said: said.tag())
def test_every_other_kind_of_fact_is_retracted(said: Fact) -> None:
    if said.tag().partition(".")[0] in UNDONE_BY_THEIR_OPPOSITES:
        given(said).refuses(retracted(1), UndoneOtherwise)
    else:
        given(said).admits(retracted(1))


@pytest.mark.parametrize("tag", FACTS)
def test_a_correction_puts_in_place_only_what_can_be_corrected(tag: str) -> None:
    content = example_of(FACTS[tag])
    body = msgspec.json.encode(
        {"type": "fact.corrected", "target": nth(1), "reason": "書き間違い", "fact": content}
    )
    if tag.partition(".")[0] in UNDONE_BY_THEIR_OPPOSITES:
        with pytest.raises(msgspec.ValidationError):
            decode(body)
    else:
        decoded = decode(body)
        assert isinstance(decoded, Corrected) and decoded.fact == content


def test_the_kinds_undone_by_their_opposites_are_known() -> None:
    assert {
        tag.partition(".")[0] for tag, kind in FACTS.items() if not kind.correctable
    } == UNDONE_BY_THEIR_OPPOSITES
    assert set(AGGREGATES) > UNDONE_BY_THEIR_OPPOSITES


def test_a_correction_may_change_any_years_answers() -> None:
    assert corrected(1, HELD).year is None
    assert retracted(1).subject == f"fact/{nth(1)}"
