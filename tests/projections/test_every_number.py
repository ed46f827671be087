"""For every number of every line: the fact behind it changes, and that number and no other."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from shared.domain import committee, fact, guest, stall
from shared.domain.base import Fact, month_of
from shared.domain.stall import Dates, DayCount, Span
from shared.reports.form import Form
from shared.reports.wording import activities, meeting_days
from tests.paper import event, form_from, read_facts
from tests.seed import FORMS

NUMBER = re.compile(r"[0-9]+")
replace = msgspec.structs.replace


def lines_of(filled: Form) -> list[str]:
    return [f"{activities(row)}\t{meeting_days(row)}" for row in filled.months]


def other(day: date) -> date:
    """Another day of the same month."""
    later = day + timedelta(1)
    return later if month_of(later) == month_of(day) else day - timedelta(1)


def ways(said: Fact) -> Iterator[Fact]:  # noqa: C901 - one case a kind
    """Every way to change one number of a fact."""
    match said:
        case stall.Reported():
            if said.workplaces is not None:
                yield replace(said, workplaces=said.workplaces + 1)
            if said.appearances is not None:
                yield replace(said, appearances=said.appearances + 1)
            match said.when:
                case DayCount(days):
                    yield replace(said, when=DayCount(days + 1))
                case Dates((day,)):
                    yield replace(said, when=Dates((other(day),)))
                case Span(first, last):
                    yield replace(said, when=Span(first - timedelta(1), last))
                    yield replace(said, when=Span(first, last + timedelta(1)))
        case committee.Met() | committee.Audited():
            assert said.day is not None
            yield replace(said, day=other(said.day))
        case stall.PartnerJoined():
            for n, day in enumerate(said.days):
                yield replace(said, days=(*said.days[:n], other(day), *said.days[n + 1 :]))
        case guest.Hosted():
            assert said.workplaces is not None
            yield replace(said, workplaces=said.workplaces + 1)
            yield replace(said, days=(other(said.days[0]),))


def said_instead(facts: list[Fact], n: int, changed: Fact) -> list[Fact]:
    """The log with one more change in it: a correction, or for guests their opposites."""
    if isinstance(changed, guest.Hosted):
        before = facts[n]
        assert isinstance(before, guest.Hosted)
        gone = tuple(day for day in before.days if day not in changed.days)
        absent = [guest.Absent(before.sale, before.ward, gone)] if gone else []
        return [*facts, *absent, changed]
    return [*facts, fact.Corrected(event(n + 1), "確かめる", changed)]  # type: ignore[arg-type]


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.suffix)
def test_each_number_follows_its_fact_and_no_other(form: Path) -> None:
    facts, names = read_facts(form.read_bytes())
    before = lines_of(form_from(facts, names))
    numbers = {
        (row, found.start()) for row, line in enumerate(before) for found in NUMBER.finditer(line)
    }
    changed: set[tuple[int, int]] = set()
    for n, said in enumerate(facts):
        for instead in ways(said):
            after = lines_of(form_from(said_instead(facts, n, instead), names))
            moved = differing(before, after)
            assert len(moved) == 1, (said, instead)
            assert moved.isdisjoint(changed), (said, instead)
            changed |= moved
    assert changed == numbers


def differing(before: list[str], after: list[str]) -> set[tuple[int, int]]:
    """Which numbers differ, by row and offset; the words between them must all be the same."""
    found = set()
    for row, (old, new) in enumerate(zip(before, after, strict=True)):
        assert NUMBER.split(old) == NUMBER.split(new)
        pairs = zip(NUMBER.finditer(old), NUMBER.finditer(new), strict=True)
        found |= {(row, a.start()) for a, b in pairs if a.group() != b.group()}
    return found
