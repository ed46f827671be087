"""What looks odd?"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

import msgspec

from shared.domain import committee, remark, stall, vendor, warning
from shared.domain.base import Fact, month_of
from shared.domain.calendar import Calendar
from shared.domain.effective import Holding
from shared.domain.registry import Registry
from shared.presence import Place, Presence, together, twice
from shared.projections import sale_month
from shared.projections.sale_month import Line
from shared.questions import Projection, Year


class Oddity(msgspec.Struct, frozen=True, gc=False):
    """A question to whoever recorded: its id is its rule, its subject and the figures compared."""

    id: str
    rule: str
    subject: str
    message: str
    settled: str | None
    """The reason that settled it; None while it is open."""


class Oddities(msgspec.Struct, frozen=True):
    warnings: tuple[Oddity, ...]


class _Found(msgspec.Struct, frozen=True, gc=False):
    rule: str
    subject: str
    figures: tuple[object, ...]
    message: str


def answer(year: Year) -> Oddities:
    """Everything odd in the year, in the order of the form; settled ones keep their reason."""
    facts = [held.fact for held in year.facts]
    names = year.ask(sale_month.names_of)
    settled = {f.warning: f.reason for f in facts if isinstance(f, warning.Settled)}
    lines = year.ask(sale_month.answer).lines
    named = year.ask(sale_month.presence_of)
    found = [
        *_members(facts),
        *(odd for line in lines for odd in _line(line)),
        *_more_than_working_days(lines, year.calendar),
        *_exceeded(lines, named),
        *_nameless(lines, named, names),
        *_double_booked(named, names),
        *_left(year.facts, named, names),
        *_cancelled(facts, named, names),
        *_unread(facts),
    ]
    return Oddities(tuple(_oddity(each, settled) for each in found))


def _oddity(found: _Found, settled: dict[str, str]) -> Oddity:
    figures = ",".join("?" if each is None else str(each) for each in found.figures)
    name = f"{found.rule}:{found.subject}:{figures}"
    return Oddity(name, found.rule, found.subject, found.message, settled.get(name))


def _members(facts: Iterable[Fact]) -> Iterator[_Found]:
    counted = [fact for fact in facts if isinstance(fact, committee.MembersCounted)]
    if counted and counted[-1].total is not None:
        stated, derived = counted[-1].total, sum(counted[-1].members.values())
        if stated != derived:
            yield _Found(
                "members_do_not_add_up", counted[-1].subject, (stated, derived),
                f"構成機関の合計は {stated} ですが、内訳を足すと {derived} です。"
                "どちらかを訂正してください",
            )  # fmt: skip


def _line(line: Line) -> Iterator[_Found]:
    where = f"{line.month}/{line.sale}/{line.nth}"
    label = _label(line)
    first = date(int(line.month[:4]), int(line.month[5:]), 1)
    longest = monthrange(first.year, first.month)[1]
    days, workplaces, appearances = (
        line.days.value, line.workplaces.value, line.appearances.value,
    )  # fmt: skip
    if days is not None and days > longest:
        yield _Found(
            "more_days_than_the_month", where, (days, longest),
            f"{label}は {days} 日間ですが、この月は {longest} 日しかありません。"
            "日数を確認してください",
        )  # fmt: skip
    if days is None or workplaces is None or appearances is None or line.source == "named":
        return
    if not max(days, workplaces) <= appearances <= days * workplaces:
        yield _Found(
            "appearances_out_of_range", where, (days, workplaces, appearances),
            f"{label}は {days} 日間・{workplaces} 事業所で延 {appearances} となっています。"
            f"延は {max(days, workplaces)} から {days * workplaces} の間になるはずです",
        )  # fmt: skip


def _more_than_working_days(lines: Iterable[Line], calendar: Calendar) -> Iterator[_Found]:
    """A stall in the ward office cannot well stand there when the office is closed."""
    for line in lines:
        days = line.days.value
        if days is None or not line.name.startswith(WARD_OFFICE):
            continue
        working = calendar.working_days(line.month)
        if working and days > working:
            yield _Found(
                "more_days_than_the_office_works",
                f"{line.month}/{line.sale}/{line.nth}",
                (days, working),
                f"{_label(line)}は {days} 日間ですが、この月の開庁日は {working} 日です。"
                "日数を確認してください",
            )


WARD_OFFICE = "区役所"


def _exceeded(lines: Iterable[Line], named: Presence) -> Iterator[_Found]:
    """Named days refine a reported line: they may be fewer, never more."""
    reported: dict[Place, list[Line]] = defaultdict(list)
    for line in lines:
        if line.source == "reported":
            reported[line.sale, line.month].append(line)
    for place, of_place in reported.items():
        stalls = [held.stall for held in named.at(place).values() if held.stall]
        stated = [
            sale_month.sum_of(getattr(ln, name) for ln in of_place).value for name in COMPARED
        ]
        counted = [len(stalls), together(stalls).bit_count(), sum(map(int.bit_count, stalls))]
        if any(s is not None and c > s for s, c in zip(stated, counted, strict=True)):
            yield _Found(
                "named_exceed_reported",
                f"{place[1]}/{place[0]}",
                (*stated, *counted),
                f"{_label(of_place[0])}は、記録された出店（{counted[0]} 日・{counted[1]} 事業所・"
                f"延 {counted[2]}）が報告の数を超えています。報告を訂正するか、"
                "内訳がそろったことを記録してください",
            )


COMPARED = ("days", "workplaces", "appearances")


def _nameless(lines: Iterable[Line], named: Presence, names: Registry) -> Iterator[_Found]:
    for item in sorted({line.sale for line in lines if line.sale not in names.sales}, key=str):
        yield _Found(
            "sale_without_a_name", f"sale/{item}", (),
            "名前の登録されていない販売に記録があります。販売の名前を登録してください",
        )  # fmt: skip
    listed = {names.canonical(each) for each in names.vendors}
    for each in sorted(set(named.workplaces) - listed, key=str):
        yield _Found(
            "vendor_not_on_the_roster", f"vendor/{each}", (),
            "名簿にない事業所の出店が記録されています。事業所を名簿に加えてください",
        )  # fmt: skip


def _double_booked(named: Presence, names: Registry) -> Iterator[_Found]:
    by_day: dict[date, list[tuple[int, str, str]]] = defaultdict(list)
    for (item, _), days in named.days.items():
        which, name = str(item), names.sale_name(item)
        for day, held in days.items():
            by_day[day].append((held.stall, which, name))
    for day, stalls in sorted(by_day.items()):
        on, said = str(day), f"{day.month}月{day.day}日"
        for bit, each in named.those(twice(bits for bits, _, _ in stalls)):
            sales = [(which, name) for bits, which, name in stalls if bits & bit]
            where = "と".join(sorted(name for _, name in sales))
            yield _Found(
                "two_sales_on_one_day", f"{on}/{each}", tuple(sorted(which for which, _ in sales)),
                f"{said}、{names.vendor_name(each)}が{where}の両方に出店したことになっています",
            )  # fmt: skip


def _left(facts: Iterable[Holding], named: Presence, names: Registry) -> Iterator[_Found]:
    gone = dict[UUID, date]()
    for held in facts:
        if isinstance(held.fact, vendor.Left):
            gone[names.canonical(held.fact.vendor)] = held.fact.day
        elif isinstance(held.fact, vendor.Joined):
            gone.pop(names.canonical(held.fact.vendor), None)
    for each, day in gone.items():
        bit = named.bit_of(each)
        late = sorted(
            later
            for days in named.days.values()
            for later, held in days.items()
            if later > day and (held.stall | held.goods) & bit
        )
        if late:
            yield _Found(
                "stall_after_leaving", f"vendor/{each}", (day, late[-1]),
                f"{names.vendor_name(each)}は {day} に退会していますが、"
                f"{late[-1]} の出店があります",
            )  # fmt: skip


def _cancelled(facts: Iterable[Fact], named: Presence, names: Registry) -> Iterator[_Found]:
    for fact in facts:
        if isinstance(fact, stall.Cancelled):
            item = names.canonical(fact.sale)
            if fact.day in named.at((item, month_of(fact.day))):
                yield _Found(
                    "held_though_cancelled", f"stall/{item}/{fact.day}", (),
                    f"{fact.day.month}月{fact.day.day}日の{names.sale_name(item)}には、"
                    "中止と出店の両方の記録があります",
                )  # fmt: skip


def _unread(facts: Iterable[Fact]) -> Iterator[_Found]:
    for fact in facts:
        if isinstance(fact, remark.Kept):
            yield _Found(
                "unread_remark", fact.subject, (),
                f"「{fact.cell}」に読み取れない文があります: {fact.text[:100]}",
            )  # fmt: skip


def _label(line: Line) -> str:
    return f"{int(line.month[5:])}月の{line.name}"


projection = Projection(
    name="oddities",
    version=2,
    kind=Oddities,
    keeps=(committee.MembersCounted, stall.Cancelled, vendor.Left, warning.Settled),
    answer=answer,
)
