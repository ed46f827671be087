"""What happened at each sale in each month?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal, TypeVar
from uuid import UUID

import msgspec

from shared.domain import guest, remark, rule, sale, stall, vendor
from shared.domain.base import Fact, month_of, months_of_year
from shared.domain.registry import Registry, registry
from shared.presence import Days, Key, Place, Presence, together
from shared.questions import Projection, Year

Placed = TypeVar("Placed", stall.Reported, stall.Itemised, stall.PartnerJoined)


class Figure(msgspec.Struct, frozen=True):
    """A number and how it is known: stated by a report, derived from facts, or unknown (None)."""

    value: int | None
    known: Literal["stated", "derived", "unknown"]


UNKNOWN = Figure(None, "unknown")


class Visit(msgspec.Struct, frozen=True):
    """Guests of one ward on days of one statement: `workplaces` on each of the days."""

    ward: str
    workplaces: int | None
    days: tuple[date, ...]


class Partner(msgspec.Struct, frozen=True):
    partner: str
    purpose: str
    days: tuple[date, ...]


class Line(msgspec.Struct, frozen=True):
    """One sale's line in one month. `source`: a past report's line, or named days."""

    sale: UUID
    name: str
    month: str
    nth: int
    source: Literal["reported", "named"]
    when: stall.When | None
    days: Figure
    workplaces: Figure
    appearances: Figure
    goods_only: bool
    guests: tuple[Visit, ...]
    partners: tuple[Partner, ...]
    remarks: tuple[str, ...]


class Total(msgspec.Struct, frozen=True):
    """A sale's year. Workplaces are never summed over months: the same one may come again."""

    sale: UUID
    name: str
    lines: int
    days: Figure
    appearances: Figure


class SaleMonths(msgspec.Struct, frozen=True):
    """The lines by month and roster, the totals by roster, and the counting rule they follow."""

    lines: tuple[Line, ...]
    totals: tuple[Total, ...]
    guests_inside: bool
    """Whether guests stand inside the host's 事業所数・延 at the end of this year (rule.set)."""


def contribute(fact: stall.Held) -> Iterable[tuple[Key, int]]:
    """The day, with each workplace that ran a stall or sent goods."""
    if not fact.vendors and not fact.goods_only:
        return ()
    vendors = tuple(each.bytes for each in fact.vendors)
    goods_only = tuple(each.bytes for each in fact.goods_only)
    return ((Key(fact.sale.bytes, fact.day, vendors, goods_only), 1),)


def answer(year: Year) -> SaleMonths:
    """The months' lines: named days refine a reported line, and replace it once itemised."""
    facts = [held.fact for held in year.facts]
    names = year.ask(names_of)
    inside = rule.rule.fold(
        fact for fact in facts if isinstance(fact, rule.Set) and fact.rule == "guests_inside"
    )
    reported = _by_place(names, (fact for fact in facts if isinstance(fact, stall.Reported)))
    itemised = set(_by_place(names, (fact for fact in facts if isinstance(fact, stall.Itemised))))
    partners = _by_place(names, (fact for fact in facts if isinstance(fact, stall.PartnerJoined)))
    remarks = _remarks(names, facts)
    named = year.ask(presence_of)
    visits = _visits(names, facts, year.fiscal_year)
    lines: list[Line] = []
    order = {each: n for n, each in enumerate(names.sales)}
    places = {*reported, *named.days, *visits, *partners}
    for place in sorted(places, key=lambda p: (p[1], order.get(p[0], len(order)), str(p[0]))):
        _, month = place
        extras = (
            tuple(visits.get(place, ())),
            tuple(Partner(p.partner, p.purpose, p.days) for p in partners.get(place, ())),
            tuple(remarks.get(place, ())),
        )
        if place in reported and not (place in itemised and named.at(place)):
            found = [_reported(names, place, n, fact) for n, fact in enumerate(reported[place], 1)]
        else:
            counted = rule.holds(inside, date(int(month[:4]), int(month[5:]), 1))
            found = [_named(names, place, named.at(place), visits.get(place, ()), counted)]
        first = msgspec.structs.replace(
            found[0], guests=extras[0], partners=extras[1], remarks=extras[2]
        )
        lines += [first, *found[1:]]
    last = months_of_year(year.fiscal_year)[-1]
    at_the_end = rule.holds(inside, date(int(last[:4]), int(last[5:]), 31))
    return SaleMonths(tuple(lines), _totals(lines, order), at_the_end)


def names_of(year: Year) -> Registry:
    """What sales and workplaces are called in a year, and which of them are the same."""
    return registry(held.fact for held in year.facts)


def presence_of(year: Year) -> Presence:
    """Who was at each sale on each day."""
    return Presence((key for key, _ in year.tallies[projection.name]), year.ask(names_of))


def _by_place(names: Registry, facts: Iterable[Placed]) -> dict[Place, list[Placed]]:
    found: dict[Place, list[Placed]] = defaultdict(list)
    for fact in facts:
        found[names.canonical(fact.sale), fact.month].append(fact)
    return dict(found)


def _remarks(names: Registry, facts: Iterable[Fact]) -> dict[Place, list[str]]:
    found: dict[Place, list[str]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact, remark.Kept) and fact.sale is not None and fact.month is not None:
            found[names.canonical(fact.sale), fact.month].append(fact.text)
    return found


def _visits(names: Registry, facts: Iterable[Fact], fiscal_year: int) -> dict[Place, list[Visit]]:
    """What was last said about each guest day; days said alike in one month stand together."""
    states: dict[tuple[UUID, str], guest.State] = defaultdict(guest.State)
    for fact in facts:
        if isinstance(fact, guest.Hosted | guest.Absent):
            which = (names.canonical(fact.sale), fact.ward)
            states[which] = guest.evolve(states[which], fact)
    months = set(months_of_year(fiscal_year))
    found: dict[Place, list[Visit]] = defaultdict(list)
    for (item, ward), state in states.items():
        alike: dict[tuple[str, int | None], list[date]] = defaultdict(list)
        for visit in state.visits:
            count = (
                len(set(visit.vendors))
                if visit.workplaces is None and visit.vendors
                else visit.workplaces
            )
            alike[month_of(visit.day), count].append(visit.day)
        for (month, count), days in alike.items():
            if month in months:
                found[item, month].append(Visit(ward, count, tuple(sorted(days))))
    return dict(found)


def _reported(names: Registry, place: Place, nth: int, fact: stall.Reported) -> Line:
    """One-day sales: 延 is the number of workplaces, as each stands there once."""
    length = stall.length_of(fact.when)
    if length is None:
        days = UNKNOWN
    else:
        days = Figure(length, "stated" if isinstance(fact.when, stall.DayCount) else "derived")
    if fact.appearances is not None:
        appearances = Figure(fact.appearances, "stated")
    elif length == 1 and fact.workplaces is not None:
        appearances = Figure(fact.workplaces, "derived")
    else:
        appearances = UNKNOWN
    workplaces = UNKNOWN if fact.workplaces is None else Figure(fact.workplaces, "stated")
    item, month = place
    return Line(
        item, names.sale_name(item), month, nth, "reported", fact.when,
        days, workplaces, appearances, fact.goods_only, (), (), (),
    )  # fmt: skip


def _named(
    names: Registry,
    place: Place,
    held: Days,
    visits: Iterable[Visit],
    guests_inside: bool,  # noqa: FBT001 - a rule's value
) -> Line:
    stalls = [present.stall for present in held.values() if present.stall]
    goods_only = bool(held) and not stalls
    counted = stalls or [present.goods for present in held.values()]
    days = sorted({*held, *(day for visit in visits for day in visit.days)})
    workplaces = together(counted).bit_count()
    appearances = sum(map(int.bit_count, counted))
    if guests_inside:
        workplaces += sum(visit.workplaces or 0 for visit in visits)
        appearances += sum((visit.workplaces or 0) * len(visit.days) for visit in visits)
    item, month = place
    known = bool(counted) or guests_inside
    return Line(
        item, names.sale_name(item), month, 1, "named", _when(names.sale_kind(item), days),
        Figure(len(days), "derived") if days else UNKNOWN,
        Figure(workplaces, "derived") if known else UNKNOWN,
        Figure(appearances, "derived") if known else UNKNOWN,
        goods_only, (), (), (),
    )  # fmt: skip


def _when(kind: sale.Kind, days: list[date]) -> stall.When | None:
    """The form's habit: one day by its date, a trip's unbroken days as a range, else 日間."""
    match days:
        case []:
            return None
        case [day]:
            return stall.Dates((day,))
        case [first, *_, last] if kind != "regular" and last - first == timedelta(len(days) - 1):
            return stall.Span(first, last)
        case _:
            return stall.DayCount(len(days))


def _totals(lines: Iterable[Line], order: Mapping[UUID, int]) -> tuple[Total, ...]:
    by_sale: dict[UUID, list[Line]] = defaultdict(list)
    for line in lines:
        by_sale[line.sale].append(line)
    return tuple(
        Total(
            item,
            found[0].name,
            len(found),
            sum_of(line.days for line in found),
            sum_of(line.appearances for line in found),
        )
        for item, found in sorted(
            by_sale.items(), key=lambda entry: order.get(entry[0], len(order))
        )
    )


def sum_of(figures: Iterable[Figure]) -> Figure:
    """Unknown as soon as one of them is: a sum of what happens to be known would mislead."""
    values = [figure.value for figure in figures]
    known = [value for value in values if value is not None]
    return Figure(sum(known), "derived") if len(known) == len(values) else UNKNOWN


projection = Projection(
    name="sale_month",
    version=2,
    kind=SaleMonths,
    counts=(stall.Held,),
    contribute=contribute,
    key=Key,
    keeps=(
        stall.Reported,
        stall.Itemised,
        stall.PartnerJoined,
        guest.Hosted,
        guest.Absent,
        remark.Kept,
        rule.Set,
        sale.Opened,
        sale.AliasAdded,
        sale.Merged,
        sale.Unmerged,
        vendor.Joined,
        vendor.AliasAdded,
        vendor.Merged,
        vendor.Unmerged,
    ),
    answer=answer,
)
