"""Every figure of the report counts again from the facts it opens to."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import fact, guest, rule, sale, stall, vendor
from shared.domain.base import Fact
from shared.domain.sale import Opened
from shared.domain.vendor import Joined
from shared.ids import id_of
from shared.projections import figure_facts, oddities, sale_month
from shared.questions import year_from
from tests.paper import LOG, PROJECTIONS, effective, event, read_facts, year_of
from tests.seed import FIXTURE, FORMS

FACTS, _ = read_facts(FIXTURE.read_bytes())
SEYA = "141143"
VENDORS = [id_of("vendor", str(n)) for n in range(15)]
OCTOBER = [date(2025, 10, day) for day in range(20, 25)]
# Fifteen workplaces over five days, 22 appearances: three days of four and two of five.
ROTA = [VENDORS[0:4], VENDORS[4:8], VENDORS[8:12], VENDORS[10:15], VENDORS[0:5]]


def sale_called(facts: list[Fact], name: str) -> UUID:
    return next(f.sale for f in facts if isinstance(f, Opened) and f.name == name)


def itemised(facts: list[Fact]) -> list[Fact]:
    """October's 星川駅 by named days."""
    hoshikawa = sale_called(facts, "星川駅出張販売")
    held = [
        stall.Held(hoshikawa, day, tuple(there)) for day, there in zip(OCTOBER, ROTA, strict=True)
    ]
    roster = [Joined(each, f"事業所{n}") for n, each in enumerate(VENDORS, 1)]
    return [*facts, *roster, *held, stall.Itemised(hoshikawa, "2025-10")]


def counts_again(facts: list[Fact]) -> None:
    holdings = list(effective(facts))
    year = year_from(PROJECTIONS, LOG, 2025, holdings)
    for named in figure_facts.answer(year).figures:
        behind = figure_facts.behind(year, holdings, named.name)
        alone = year_from(PROJECTIONS, LOG, 2025, behind)
        again = {each.name: each.figure for each in figure_facts.answer(alone).figures}
        assert again.get(named.name) == named.figure, named
        if named.figure.value:
            assert behind, named


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.suffix)
def test_every_figure_counts_again_from_its_facts(form: Path) -> None:
    facts, _ = read_facts(form.read_bytes())
    counts_again(facts)
    counts_again(itemised(facts))


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.suffix)
def test_the_report_gives_the_known_totals(form: Path) -> None:
    facts, _ = read_facts(form.read_bytes())
    year = year_of(facts)
    months = sale_month.answer(year)
    assert {total.name: (total.days.value, total.appearances.value) for total in months.totals} == {
        "区役所販売": (157, 179),
        "イオン天王町SC出張販売": (12, 97),
        "星川駅出張販売": (8, 39),
        "福祉のマルシェ": (28, 46),
        "西谷浄水場出張販売": (3, 8),
        "あじさい祭り出店販売": (1, 2),
    }
    assert len(months.lines) == 37
    figures = {named.name: named.figure for named in figure_facts.answer(year).figures}
    assert figures["days"].value == 209
    assert figures["appearances"].value == 371
    assert figures["meetings"].value == 12
    assert figures["audits"].value == 1
    assert figures["members"] == sale_month.Figure(19, "stated")
    one_day = [line for line in months.lines if line.name == "イオン天王町SC出張販売"]
    assert {line.appearances.known for line in one_day} == {"derived"}
    (october,) = [ln for ln in months.lines if (ln.month, ln.name) == ("2025-10", "星川駅出張販売")]
    assert october.guests == (sale_month.Visit(SEYA, 2, (date(2025, 10, 20),)),)
    assert october.partners[0].days == (date(2025, 10, 20), date(2025, 10, 23))
    assert oddities.answer(year).warnings == ()


def october(facts: list[Fact]) -> sale_month.Line:
    lines = sale_month.answer(year_of(facts)).lines
    return next(ln for ln in lines if (ln.month, ln.name) == ("2025-10", "星川駅出張販売"))


def test_named_days_refine_a_line_and_replace_it_only_once_itemised() -> None:
    facts, _ = read_facts(FIXTURE.read_bytes())
    named = itemised(facts)
    line = october(named)
    assert (line.source, line.days.value, line.workplaces.value, line.appearances.value) == (
        "named", 5, 15, 22,
    )  # fmt: skip
    assert line.when == stall.Span(OCTOBER[0], OCTOBER[-1])
    assert october(named[:-1]).source == "reported"


def test_more_named_than_reported_is_asked_about_not_refused() -> None:
    facts, _ = read_facts(FIXTURE.read_bytes())
    named = itemised(facts)[:-1]
    hoshikawa = sale_called(facts, "星川駅出張販売")
    assert oddities.answer(year_of(named)).warnings == ()
    one_more = [*named, stall.Held(hoshikawa, OCTOBER[0], (VENDORS[14],))]
    (odd,) = oddities.answer(year_of(one_more)).warnings
    assert odd.rule == "named_exceed_reported"
    assert odd.id.endswith(":5,15,22,5,15,23")


def test_recording_the_same_stall_twice_counts_once() -> None:
    facts, _ = read_facts(FIXTURE.read_bytes())
    named = itemised(facts)
    again = [*named, *(f for f in named if isinstance(f, stall.Held))]
    assert october(again) == october(named)


def test_guests_stand_inside_or_beside_by_a_dated_rule() -> None:
    facts, _ = read_facts(FIXTURE.read_bytes())
    named = itemised(facts)
    before = rule.Set("guests_inside", value=True, since=date(2025, 10, 1))
    after = rule.Set("guests_inside", value=True, since=date(2025, 11, 1))
    assert october([*named, before]).appearances.value == 24
    assert october([*named, before]).workplaces.value == 17
    assert october([*named, after]).appearances.value == 22
    counts_again([*named, before])


def test_a_guest_who_did_not_come_is_not_there() -> None:
    facts, _ = read_facts(FIXTURE.read_bytes())
    hosted = next(f for f in facts if isinstance(f, guest.Hosted))
    gone = [*facts, guest.Absent(hosted.sale, hosted.ward, hosted.days)]
    assert october(gone).guests == ()


@given(st.permutations(range(6)), st.data())
def test_corrections_of_different_facts_commute(order: list[int], data: st.DataObject) -> None:
    facts = FACTS
    lines = [n for n, f in enumerate(facts, 1) if isinstance(f, stall.Reported)]
    chosen = data.draw(st.lists(st.sampled_from(lines), min_size=6, max_size=6, unique=True))
    said: list[Fact] = []
    for n, position in enumerate(chosen):
        line = facts[position - 1]
        assert isinstance(line, stall.Reported)
        if n % 3 == 2:
            said.append(fact.Retracted(event(position), "取り消し"))
        else:
            other = stall.Reported(line.sale, line.month, line.when, n, n * n)
            said.append(fact.Corrected(event(position), "訂正", other))
    straight = PROJECTIONS.answers(year_of([*facts, *said]))
    shuffled = PROJECTIONS.answers(year_of([*facts, *(said[n] for n in order)]))
    assert straight == shuffled


def test_a_figure_that_is_not_there_opens_to_nothing() -> None:
    facts, _ = read_facts(FIXTURE.read_bytes())
    holdings = list(effective(facts))
    year = year_from(PROJECTIONS, LOG, 2025, holdings)
    assert figure_facts.behind(year, holdings, "lines/2025-10/none/1/days") == []


def test_merges_stand_among_the_facts_and_can_be_undone() -> None:
    facts, _ = read_facts(FIXTURE.read_bytes())
    named = itemised(facts)
    aeon = sale_called(facts, "イオン天王町SC出張販売")
    hoshikawa = sale_called(facts, "星川駅出張販売")
    merged = [*named, vendor.Merged(VENDORS[1], VENDORS[0]), sale.Merged(aeon, hoshikawa)]
    counts_again(merged)
    assert october(merged[:-1]).workplaces.value == 14
    undone = [*merged, vendor.Unmerged(VENDORS[1]), sale.Unmerged(aeon)]
    counts_again(undone)
    assert october(undone) == october(named)
    report = PROJECTIONS.answers(year_of(undone))
    assert report == PROJECTIONS.answers(year_of(named))
