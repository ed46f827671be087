"""A real form goes in and the same form comes out; imported again, nothing is added."""

from collections import Counter
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from shared import eventlog, names
from shared.answers import effective_facts
from shared.domain import committee, fact, stall
from shared.domain.calendar import UNKNOWN
from shared.envelope import proposal
from shared.errors import Stale
from shared.importing import Importer, Plan
from shared.projections import discover
from shared.reports import layout
from shared.reports.answering import Answers, parse_as_of
from shared.reports.reading import read_form
from shared.reports.writing import WRITERS
from shared.wards import load_wards
from tests.database.world import HODOGAYA, World
from tests.seed import ALLOWED, FORMS, differences

FIXTURE = (Path(__file__).parent.parent / "fixtures" / "form.tsv").read_bytes()
PROJECTIONS = discover(UNKNOWN)


async def bring_in(world: World, data: bytes, year: int = 2025) -> Plan:
    importer = Importer(world.door, world.reader, world.names, load_wards(None))
    filled = read_form(data, year)
    planned = await importer.plan(HODOGAYA, filled)
    await importer.carry_out(HODOGAYA, filled, planned, world.secretary)
    await world.catch_up()
    return planned


async def drawn(world: World, as_of: str | None = None, year: int = 2025) -> str:
    answers = Answers(world.reader, world.names, world.projections, load_wards(None))
    when = None if as_of is None else parse_as_of(as_of)
    return layout.tsv((await answers.report(HODOGAYA, year, when)).form)


def read(form: Path) -> tuple[bytes, str]:
    return form.read_bytes(), form.read_text(encoding="utf-8")


def kinds(planned: Plan) -> Counter[str]:
    return Counter(change.kind for change in planned.changes)


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.suffix)
async def test_the_form_comes_out_as_it_went_in(world: World, form: Path) -> None:
    data, source = read(form)
    await bring_in(world, data)
    assert differences(source, await drawn(world)) == ALLOWED
    head = await eventlog.read_head(world.reader, HODOGAYA)
    assert await drawn(world, as_of=str(head.position)) == await drawn(world)


async def test_the_same_file_again_adds_nothing(world: World) -> None:
    first = await bring_in(world, FIXTURE)
    assert set(kinds(first)) == {"added"}
    head = await eventlog.read_head(world.reader, HODOGAYA)
    again = await bring_in(world, FIXTURE)
    assert again.changes == []
    assert await eventlog.read_head(world.reader, HODOGAYA) == head


async def test_a_corrected_file_adds_corrections_only_each_named(world: World) -> None:
    await bring_in(world, FIXTURE)
    corrected = (
        FIXTURE.decode().replace("延22事業所", "延23事業所").replace("会計監査（8日）、", "")
    )
    planned = await bring_in(world, corrected.encode())
    assert kinds(planned) == {"corrected": 2, "removed": 1}  # the line, April's order, the audit
    assert {type(p.fact) for p in planned.proposals} == {fact.Corrected, fact.Retracted}
    assert "延23事業所" in await drawn(world)
    assert "会計監査（8日）" not in await drawn(world)


async def test_a_line_removed_and_restored_is_said_again(world: World) -> None:
    await bring_in(world, FIXTURE)
    before = await drawn(world)
    without = FIXTURE.decode().replace("、西谷浄水場出張販売（25日、3事業所出店）", "")
    assert (
        "西谷浄水場出張販売（25日"
        not in (await bring_in(world, without.encode()), await drawn(world))[1]
    )
    planned = await bring_in(world, FIXTURE)
    assert kinds(planned) == {"added": 1, "corrected": 1}
    assert await drawn(world) == before
    assert (await bring_in(world, FIXTURE)).changes == []


async def test_a_guest_on_another_day_is_said_by_its_opposites(world: World) -> None:
    await bring_in(world, FIXTURE)
    moved = FIXTURE.decode().replace("瀬谷区から2事業所が20日に", "瀬谷区から3事業所が21日に")
    await bring_in(world, moved.encode())
    assert "瀬谷区から3事業所が21日に" in await drawn(world)
    await bring_in(world, FIXTURE)
    assert "瀬谷区から2事業所が20日に" in await drawn(world)
    assert "21日に、" not in await drawn(world)
    assert (await bring_in(world, FIXTURE)).changes == []


async def test_what_a_person_corrected_meanwhile_is_a_clash_and_stays(world: World) -> None:
    planned = await bring_in(world, FIXTURE)
    line = next(
        p for p in planned.proposals
        if isinstance(p.fact, stall.Reported) and p.fact.appearances == 22
    )  # fmt: skip
    assert isinstance(line.fact, stall.Reported)
    by_hand = stall.Reported(line.fact.sale, "2025-10", line.fact.when, 15, 24)
    await world.publish(fact.Corrected(line.id, "数え直した", by_hand))
    again = await bring_in(world, FIXTURE)
    assert kinds(again) == {"clash": 1}
    assert "延24事業所" in await drawn(world)
    changed = FIXTURE.decode().replace("延22事業所", "延23事業所").encode()
    assert kinds(await bring_in(world, changed)) == {"clash": 1}
    agreed = FIXTURE.decode().replace("延22事業所", "延24事業所").encode()
    assert (await bring_in(world, agreed)).changes == []


async def test_what_a_person_recorded_before_is_not_said_twice(world: World) -> None:
    goal = committee.GoalSet(2025, "手で記録した目標")
    await world.publish(goal)
    planned = await bring_in(world, FIXTURE)
    assert kinds(planned)["clash"] == 1
    assert "手で記録した目標" in await drawn(world)


async def test_a_file_that_was_sent_half_is_sent_whole_the_second_time(world: World) -> None:
    importer = Importer(world.door, world.reader, world.names, load_wards(None))
    planned = await importer.plan(HODOGAYA, read_form(FIXTURE, 2025))
    await world.door.admit(HODOGAYA, planned.proposals[:30], world.secretary)
    again = await bring_in(world, FIXTURE)
    assert len(again.proposals) >= len(planned.proposals) - 30
    assert (await bring_in(world, FIXTURE)).changes == []


async def test_no_name_of_a_person_enters_the_log(world: World) -> None:
    await bring_in(world, FIXTURE)
    held = await names.read_names(world.names, HODOGAYA)
    assert set(held.values()) == {"部会長役", "副部会長役"}
    for entry in await eventlog.read_page(world.reader, HODOGAYA, 0):
        assert not any(name.encode() in entry.body for name in held.values())
    for person in held:
        await names.erase_name(world.names, HODOGAYA, person)
    assert "部会長役" not in await drawn(world)


async def test_what_is_not_understood_in_the_officer_cells_never_becomes_a_fact(
    world: World,
) -> None:
    odd = FIXTURE.decode().replace("部会長役（", "部会長役（（（", 1)
    await bring_in(world, odd.encode())
    for entry in await eventlog.read_page(world.reader, HODOGAYA, 0):
        assert "部会長役" not in entry.body.decode()
    held = await names.read_officer_remarks(world.names, HODOGAYA, 2025)
    assert held
    answers = Answers(world.reader, world.names, world.projections, load_wards(None))
    document = await answers.report(HODOGAYA, 2025)
    for _, text in held:  # the secretary sees them; the data that systems read does not have them
        assert text in WRITERS["text"](document).decode()
        assert text not in WRITERS["json"](document).decode()


async def test_two_years_share_their_sales(world: World) -> None:
    await bring_in(world, FIXTURE, 2025)
    planned = await bring_in(world, FIXTURE, 2024)
    assert not any(change.place.kind == "sale.opened" for change in planned.changes)
    assert differences(FIXTURE.decode(), await drawn(world, year=2024)) == ALLOWED
    assert (await bring_in(world, FIXTURE, 2025)).changes == []


async def test_one_more_stall_day_changes_its_month_and_nothing_else(world: World) -> None:
    await bring_in(world, FIXTURE)
    before = (await drawn(world)).split("\n")
    holdings = await effective_facts(world.reader, HODOGAYA)
    ward_office = next(
        held.fact.sale for held in holdings
        if isinstance(held.fact, stall.Reported) and held.fact.appearances == 22
    )  # fmt: skip
    held = stall.Held(ward_office, date(2025, 7, 9), (uuid4(), uuid4(), uuid4()))
    await world.door.admit(HODOGAYA, [proposal(uuid4(), held)], world.secretary)
    await world.catch_up()
    after = (await drawn(world)).split("\n")
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 1
    old, new = changed[0]
    assert old.startswith("7月\t")
    assert new == old.replace("\t\t\t\t\t\t", "、星川駅出張販売（9日、3事業所出店）\t\t\t\t\t\t")


async def test_rows_that_a_file_does_not_have_take_nothing_away(world: World) -> None:
    await bring_in(world, FIXTURE)
    before = await drawn(world)
    rows = FIXTURE.decode().split("\n")
    without = [row for row in rows if not row.startswith(("12月", "年間目標"))]
    planned = await bring_in(world, "\n".join(without).encode())
    assert set(kinds(planned)) == {"clash"}
    assert await drawn(world) == before


async def test_a_fact_recorded_while_an_import_was_planned_is_a_conflict(world: World) -> None:
    importer = Importer(world.door, world.reader, world.names, load_wards(None))
    filled = read_form(FIXTURE, 2025)
    planned = await importer.plan(HODOGAYA, filled)
    await world.publish(committee.GoalSet(2025, "手で記録した目標"))
    with pytest.raises(Stale):
        await importer.carry_out(HODOGAYA, filled, planned, world.secretary)


async def test_a_chair_of_the_same_surname_elsewhere_is_another_person(world: World) -> None:
    await bring_in(world, FIXTURE)
    other = FIXTURE.decode().replace("部会長役（ゆめわーく）", "部会長役（まめの木）", 1)
    await bring_in(world, other.encode(), 2026)
    assert len(await names.read_names(world.names, HODOGAYA)) == 3
