from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given as drawing
from hypothesis import strategies as st

from shared.domain.base import NO_TARGETS, Fact
from shared.domain.catalogue import AGGREGATES, decode
from shared.domain.effective import Effective, Holding
from shared.domain.fact import Corrected, Retracted
from shared.errors import Refused
from tests.domain.facts import CORRECTABLE, FACTS_OF
from tests.domain.given import nth

HISTORIES = {
    name: st.lists(st.sampled_from(facts), max_size=12) for name, facts in FACTS_OF.items()
}
ANY_FACT = st.sampled_from(CORRECTABLE)
ROOTS = 4
AGAIN = 5
"""How often each place is said, corrected or retracted, at most."""


def folded(name: str, state: object, facts: Iterable[Fact]) -> object:
    for fact in facts:
        state = AGGREGATES[name][1].evolve(state, fact)
    return state


def admitted(name: str, facts: Iterable[Fact]) -> list[Fact]:
    """What the aggregate lets in, each fact judged by those let in before it."""
    aggregate = AGGREGATES[name][1]
    state, let_in = aggregate.initial, []
    for fact in facts:
        try:
            aggregate.admit(state, fact, NO_TARGETS)
        except Refused:
            continue
        state = aggregate.evolve(state, fact)
        let_in.append(fact)
    return let_in


@pytest.mark.parametrize("name", FACTS_OF)
def test_a_made_up_fact_passes_the_door_as_it_is(name: str) -> None:
    for fact in FACTS_OF[name]:
        assert decode(msgspec.json.encode(fact)) == fact
        assert fact.subject


@pytest.mark.parametrize("name", FACTS_OF)
@drawing(st.data())
def test_a_history_folds_whatever_it_holds_and_in_one_go_or_in_two(
    name: str, data: st.DataObject
) -> None:
    anything = data.draw(HISTORIES[name])  # corrections may leave what nobody would admit today
    cut = data.draw(st.integers(0, len(anything)))
    initial = AGGREGATES[name][1].initial
    for history in (anything, admitted(name, anything)):
        whole = AGGREGATES[name][1].fold(history)
        assert folded(name, folded(name, initial, history[:cut]), history[cut:]) == whole


class Said(msgspec.Struct, frozen=True):
    event: int
    fact: Fact


@st.composite
def families(draw: st.DrawFn) -> list[list[Said]]:
    """Facts, each with what is later said about it: some of it names what holds no more."""
    found = []
    for root in range(ROOTS):
        family = [Said(root * AGAIN + 1, draw(ANY_FACT))]
        for event in range(root * AGAIN + 2, root * AGAIN + 2 + draw(st.integers(0, AGAIN - 1))):
            target = nth(draw(st.sampled_from([said.event for said in family])))
            content = draw(st.none() | ANY_FACT)
            about = (
                Retracted(target, "二度記録したため")
                if content is None
                else Corrected(target, "書き間違い", content)  # type: ignore[arg-type]
            )
            family.append(Said(event, about))
        found.append(family)
    return found


@st.composite
def two_orders(draw: st.DrawFn) -> tuple[list[Said], list[Said], list[Said]]:
    """The facts, and what is said about them in two orders that agree within each family."""
    drawn = draw(families())
    turns = [n for n, family in enumerate(drawn) for _ in family[1:]]
    orders = []
    for _ in range(2):
        rest = [iter(family[1:]) for family in drawn]
        orders.append([next(rest[n]) for n in draw(st.permutations(turns))])
    return [family[0] for family in drawn], orders[0], orders[1]


def holding(said: Iterable[Said]) -> list[Holding]:
    effective = Effective()
    for position, each in enumerate(said, 1):
        effective.say(position, nth(each.event), each.fact)
    return list(effective)


@drawing(two_orders())
def test_corrections_of_different_facts_commute(
    drawn: tuple[list[Said], list[Said], list[Said]],
) -> None:
    facts, one, other = drawn
    assert holding([*facts, *one]) == holding([*facts, *other])


@drawing(families())
def test_a_place_holds_one_fact_or_none_and_its_last_event_can_be_named(
    drawn: list[list[Said]],
) -> None:
    effective = Effective()
    for position, said in enumerate((said for family in drawn for said in family), 1):
        effective.say(position, nth(said.event), said.fact)
    held = list(effective)
    assert len({holding.root for holding in held}) == len(held) <= ROOTS
    for place in held:
        target = effective.target(place.id)
        assert target is not None and target.effective
        assert target.says == target.now == place.fact
        assert effective.at(place.root) == place
