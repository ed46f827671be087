"""Which facts stand behind this figure?"""

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

import msgspec

from shared.domain import committee, guest, rule, sale, stall, vendor
from shared.domain.base import Fact, month_of
from shared.domain.effective import Holding
from shared.domain.registry import Registry
from shared.presence import everybody, together
from shared.projections import annual_report, sale_month
from shared.projections.sale_month import Figure, Line
from shared.questions import Projection, Year


class Named(msgspec.Struct, frozen=True):
    """A figure of the report, by the name it is asked for."""

    name: str
    label: str
    figure: Figure


class Figures(msgspec.Struct, frozen=True):
    figures: tuple[Named, ...]


def answer(year: Year) -> Figures:
    """Every figure of the report, in the order of the form."""
    return Figures(tuple(_figures(year)))


def _figures(year: Year) -> Iterator[Named]:
    report = year.ask(annual_report.answer)
    months = year.ask(sale_month.answer)
    for kind, count in report.members.items():
        yield Named(f"members/{kind}", f"構成機関 {kind}", Figure(count, "stated"))
    if report.members_total is not None:
        total = Figure(report.members_total, "stated")
    else:
        total = Figure(sum(report.members.values()), "derived")
    yield Named("members", "構成機関 合計", total)
    met = [meeting for month in report.months for meeting in month.meetings]
    yield Named("meetings", "会議の回数", Figure(len(met), "derived"))
    audits = [day for month in report.months for day in month.audits]
    yield Named("audits", "会計監査の回数", Figure(len(audits), "derived"))
    for line in months.lines:
        yield from _of_line(line)
    for each in months.totals:
        yield Named(f"sales/{each.sale}/days", f"{each.name} 年間の開催日数", each.days)
        yield Named(f"sales/{each.sale}/appearances", f"{each.name} 年間の延べ数", each.appearances)
    yield Named("days", "年間の開催日数", sale_month.sum_of(t.days for t in months.totals))
    yield Named(
        "appearances", "年間の延べ数", sale_month.sum_of(t.appearances for t in months.totals)
    )


def _of_line(line: Line) -> Iterator[Named]:
    where = f"lines/{line.month}/{line.sale}/{line.nth}"
    label = f"{int(line.month[5:])}月 {line.name}"
    yield Named(f"{where}/days", f"{label} 日数", line.days)
    yield Named(f"{where}/workplaces", f"{label} 事業所数", line.workplaces)
    yield Named(f"{where}/appearances", f"{label} 延べ数", line.appearances)
    for visit in line.guests:
        count = Figure(visit.workplaces, "unknown" if visit.workplaces is None else "stated")
        yield Named(f"{where}/guests/{visit.ward}", f"{label} ゲスト", count)


def behind(year: Year, holdings: Iterable[Holding], name: str) -> list[Holding]:
    """The effective facts that the figure is counted from, in the order of the log.

    Merges and counting rules that apply stand among them: from these alone the figure counts again.
    Empty for a figure that the year does not have.
    """
    if all(named.name != name for named in year.ask(answer).figures):
        return []
    counts = _counter(year, name.split("/"))
    return [
        held
        for held in holdings
        if held.fact.year in {None, year.fiscal_year} and counts(held.fact)
    ]


def _counter(year: Year, name: list[str]) -> Callable[[Fact], bool]:
    """Whether a fact of the year is counted in the figure."""
    kinds: dict[str, type[Fact]] = {
        "members": committee.MembersCounted,
        "meetings": committee.Met,
        "audits": committee.Audited,
    }
    if (kind := kinds.get(name[0])) is not None:
        return lambda fact: isinstance(fact, kind)
    names = year.ask(sale_month.names_of)
    lines = year.ask(sale_month.answer).lines
    ward = None
    match name:
        case ["lines", month, item, _, *which]:
            lines = tuple(ln for ln in lines if (ln.month, str(ln.sale)) == (month, item))
            ward = which[1] if which[0] == "guests" else None
        case ["sales", item, _]:
            lines = tuple(line for line in lines if str(line.sale) == item)
    named = year.ask(sale_month.presence_of)
    places = (named.at((line.sale, line.month)) for line in lines)
    vendors = {each for _, each in named.those(together(map(everybody, places)))}
    return lambda fact: any(_counts(fact, line, ward, names, vendors) for line in lines)


def _counts(  # noqa: PLR0911 - one answer a kind of fact
    fact: Fact, line: Line, ward: str | None, names: Registry, vendors: set[UUID]
) -> bool:
    """Whether a fact is counted in a line, or (`ward`) in its guests of that ward."""
    match fact:
        case sale.Merged() | sale.Unmerged():
            return names.canonical(fact.sale) == line.sale
        case guest.Hosted() | guest.Absent():
            return (
                names.canonical(fact.sale) == line.sale
                and any(month_of(day) == line.month for day in fact.days)
                and (line.source == "named" if ward is None else fact.ward == ward)
            )
        case _ if ward is not None:
            return False
        case stall.Reported():
            return line.source == "reported" and _stands_in(line, fact.sale, fact.month, names)
        case stall.Held():
            month = month_of(fact.day)
            return line.source == "named" and _stands_in(line, fact.sale, month, names)
        case stall.Itemised():
            return line.source == "named" and _stands_in(line, fact.sale, fact.month, names)
        case vendor.Merged() | vendor.Unmerged():
            return line.source == "named" and names.canonical(fact.vendor) in vendors
        case rule.Set():
            return line.source == "named" and fact.rule == "guests_inside"
        case _:
            return False


def _stands_in(line: Line, item: UUID, month: str, names: Registry) -> bool:
    return (names.canonical(item), month) == (line.sale, line.month)


projection = Projection(name="figure_facts", version=1, kind=Figures, answer=answer)
