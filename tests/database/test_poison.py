"""An entry or a year that makes a question's code fail stops nothing else, and is shown."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import msgspec
import pytest

from shared import edition, projecting
from shared.answers import NotAnswered, read_answers
from shared.domain import committee, vendor
from shared.domain.base import Fact
from shared.domain.fact import Retracted
from shared.domain.stall import Held
from shared.freshness import Freshness, freshness
from shared.projections import annual_report, oddities, sale_month
from shared.questions import Key, Projections, Year
from tests.database.world import HODOGAYA, World, rows_of
from tests.histories import SALES, VENDORS, a_day

POISON = VENDORS[5]


def spoil(fact: Held) -> Iterable[tuple[Key, int]]:
    """Fail when half of the contributions are out."""
    yield from sale_month.contribute(fact)
    if POISON in fact.vendors:
        raise ZeroDivisionError(fact)


def choke(year: Year) -> oddities.Oddities:
    if year.fiscal_year == 2025 and any(
        key.vendors == (POISON.bytes,) for key, _ in year.tallies[SALE_MONTH]
    ):
        raise KeyError(year)
    return oddities.answer(year)


SALE_MONTH = sale_month.projection.name
HELD = Held(SALES[0], a_day(Random(1)).replace(year=2025, month=6), (VENDORS[0],))
BAD = Held(SALES[0], HELD.day, (POISON,))


def with_changed(projections: Projections, name: str, **change: Any) -> Projections:  # noqa: ANN401
    return replace(
        projections,
        all=tuple(replace(p, **change) if p.name == name else p for p in projections.all),
    )


async def look(world: World, projections: Projections) -> dict[str, Freshness]:
    found = await freshness(world.reader, projections, HODOGAYA)
    return {each.question.partition(".")[0]: each for each in found}


async def test_an_entry_that_a_question_cannot_count_is_passed_by(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(edition, "PAGE", 2)
    monkeypatch.setattr(edition, "BATCH", 4)
    poisoned = with_changed(world.projections, SALE_MONTH, contribute=spoil)
    await world.publish(HELD, BAD, vendor.Joined(VENDORS[0], "ゆめわーく"))
    (bad,) = await world.publish(BAD)
    await projecting.project(world.projector, poisoned, HODOGAYA)
    await world.publish(Retracted(bad.id, "まちがい"), HELD)
    await projecting.project(world.projector, poisoned, HODOGAYA)
    skipped = await world.projector.fetch("SELECT position, question, why FROM skipped ORDER BY 1")
    question = sale_month.projection.question
    assert [tuple(row) for row in skipped] == [
        (4, question, "ZeroDivisionError"),
        (6, question, "ZeroDivisionError"),
        (7, question, "ZeroDivisionError"),
    ]
    assert "ZeroDivisionError" in caplog.text
    assert str(POISON) not in caplog.text
    position, found = await read_answers(world.reader, poisoned, HODOGAYA, 2025)
    months = found[SALE_MONTH]
    assert isinstance(months, sale_month.SaleMonths)
    assert (position, months.lines[0].workplaces.value) == (8, 1)
    seen = await look(world, poisoned)
    assert (seen[SALE_MONTH].skipped, seen["oddities"].skipped) == (3, 0)
    rows = await rows_of(world.projector)
    await projecting.rebuild(world.projector, poisoned, HODOGAYA, lambda _position: None)
    assert await rows_of(world.projector) == rows


async def test_a_year_that_a_question_cannot_answer_is_unavailable_for_that_question_alone(
    world: World,
) -> None:
    choking = with_changed(world.projections, "oddities", answer=choke)
    await world.publish(HELD)
    await projecting.project(world.projector, choking, HODOGAYA)
    await read_answers(world.reader, choking, HODOGAYA, 2025)
    (bad,) = await world.publish(BAD)
    await projecting.project(world.projector, choking, HODOGAYA)
    with pytest.raises(NotAnswered) as refused:
        await read_answers(world.reader, choking, HODOGAYA, 2025)
    assert refused.value.status == 503
    others = (annual_report.projection, sale_month.projection)
    position, found = await read_answers(world.reader, choking, HODOGAYA, 2025, others)
    assert (position, set(found)) == (4, {"annual_report", "sale_month"})
    await read_answers(world.reader, choking, HODOGAYA, 2024)
    seen = await look(world, choking)
    assert (seen["oddities"].unanswered, seen[SALE_MONTH].unanswered) == (1, 0)
    rows = await rows_of(world.projector)
    await projecting.rebuild(world.projector, choking, HODOGAYA, lambda _position: None)
    assert await rows_of(world.projector) == rows
    await world.publish(Retracted(bad.id, "まちがい"))
    await projecting.project(world.projector, choking, HODOGAYA)
    await read_answers(world.reader, choking, HODOGAYA, 2025)
    assert (await look(world, choking))["oddities"].unanswered == 0


async def test_an_answer_from_the_log_that_fails_is_unavailable_too(world: World) -> None:
    choking = with_changed(world.projections, "oddities", answer=choke)
    await world.publish(BAD)
    with pytest.raises(NotAnswered):
        await read_answers(world.reader, choking, HODOGAYA, 2025)


async def test_a_fact_whose_year_cannot_be_told_is_passed_by_for_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def year(_fact: Fact) -> int:
        raise OverflowError

    monkeypatch.setattr(committee.Met, "year", property(year))
    met = committee.Met("2025-10", None, "会議", ("販売",))
    await world.publish(HELD)
    await world.append_raw(msgspec.json.encode(met), "committee.met")
    await world.publish(HELD)
    await world.catch_up()
    seen = await look(world, world.projections)
    assert {(each.position, each.events, each.skipped) for each in seen.values()} == {(5, 0, 1)}


async def test_how_far_behind_each_question_is(world: World) -> None:
    before = await look(world, world.projections)
    assert {(e.position, e.head, e.events) for e in before.values()} == {(0, 2, 2)}
    await world.catch_up()
    await world.append_raw(b'{"type":"stall.livestreamed"}', "stall.livestreamed")
    await world.catch_up()
    fresh = await look(world, world.projections)
    assert {(e.events, e.seconds, e.not_understood) for e in fresh.values()} == {(0, 0.0, 1)}
    await world.publish(HELD)
    await world.publish(HELD)
    late = await look(world, world.projections)
    assert {(e.position, e.head, e.events) for e in late.values()} == {(3, 5, 2)}
    assert all(0 <= e.seconds < 60 for e in late.values())
    assert set(late) == {projection.name for projection in world.projections.all}
    assert {e.building for e in late.values()} == {None}
