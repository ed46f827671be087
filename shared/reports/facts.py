"""The facts that a filled-in form states, each with the key of its place on the form."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

import msgspec

from shared.domain import achievement, committee, guest, issue, month, practice, remark, sale, stall
from shared.domain.base import FORBIDDEN, Fact, month_of
from shared.domain.catalogue import decode
from shared.domain.registry import Registry
from shared.ids import id_of
from shared.reports import form
from shared.reports.form import AuditItem, Form, MeetingItem, MonthRow, RemarkItem, SaleItem
from shared.reports.text import key as folded
from shared.reports.wording import guest_text, item_text, partner_text
from shared.wards import Wards

SUFFIXES: tuple[tuple[str, sale.Kind], ...] = (
    ("出張販売", "away"),
    ("出店販売", "festival"),
    ("販売", "regular"),
)


class Place(NamedTuple):
    """Where on the form something stands: month (or ""), kind of fact, and what tells it apart."""

    month: str
    kind: str
    about: str = ""


class Stated(NamedTuple):
    """A fact that the form states, and its place; of several at one place this is the n-th."""

    place: Place
    nth: int
    fact: Fact


Person = Callable[[committee.Office, int, form.Officer], UUID]
"""The id of the n-th officer of a kind, as the form has them."""


class Reader:
    """Turns one form into facts, naming what is new in the scope of one log."""

    def __init__(self, scope: str, wards: Wards, names: Registry, person: Person) -> None:
        """`scope` is the log's name; ids of sales, issues and remarks are made within it."""
        self._scope = scope
        self._wards = wards
        self._person = person
        self._names = names
        self._known = {folded(opened.name): item for item, opened in names.sales.items()}
        for item, aliases in names.sale_aliases.items():
            self._known |= {folded(alias): item for alias in aliases}
        self._said: Counter[Place] = Counter()
        self._opened: list[Fact] = []

    def read(self, filled: Form) -> list[Stated]:
        """Every fact of the form, in its order; what would not be a valid fact becomes a remark."""
        facts = [*self._head(filled), *self._months(filled), *self._texts(filled)]
        facts += self._remarks(filled)
        return [self._stated(fact) for fact in [*self._opened, *facts]]

    def _stated(self, fact: Fact) -> Stated:
        place = place_of(fact)
        self._said[place] += 1
        return Stated(place, self._said[place], fact)

    def _head(self, filled: Form) -> Iterator[Fact]:
        year = filled.fiscal_year
        cell = form.MEMBERS
        if filled.name is not None:
            yield from self._valid(
                committee.Named(year, filled.name), filled, form.NAME, filled.name
            )
        offices: tuple[tuple[committee.Office, tuple[form.Officer, ...]], ...] = (
            ("chair", filled.chairs),
            ("vice_chair", filled.vice_chairs),
        )
        for office, officers in offices:
            for n, officer in enumerate(officers, 1):
                person = self._person(office, n, officer)
                yield committee.OfficerAppointed(year, office, person, officer.affiliation)
        if filled.members or filled.members_total is not None:
            counted = committee.MembersCounted(year, filled.members, filled.members_total)
            text = "、".join(f"{kind} {count}" for kind, count in filled.members.items())
            yield from self._valid(counted, filled, cell, text)
        if filled.goal is not None:
            yield from self._valid(
                committee.GoalSet(year, filled.goal), filled, form.GOAL, filled.goal
            )

    def _months(self, filled: Form) -> Iterator[Fact]:
        for row in filled.months:
            order: list[str] = []
            for fact, key in self._row(filled, row):
                yield fact
                if key is not None:
                    order.append(key)
            if order:
                yield month.Ordered(row.month, tuple(order))

    def _row(self, filled: Form, row: MonthRow) -> Iterator[tuple[Fact, str | None]]:
        """Facts of one month, each with its key in the order of the cell; None for details."""
        cell = f"{int(row.month[5:])}月 {form.ACTIVITIES}"
        days = list(row.meeting_days)
        for item in row.items:
            match item:
                case AuditItem(day):
                    yield committee.Audited(row.month, day), "committee.audited"
                case MeetingItem(name, topics):
                    met = committee.Met(row.month, days.pop(0) if days else None, name, topics)
                    for fact in self._valid(met, filled, cell, item_text(item), row.month):
                        yield fact, key_of(fact)
                case RemarkItem(text):
                    kept = self._remark(filled, cell, text, row.month)
                    yield kept, key_of(kept)
                case SaleItem():
                    yield from self._sale(filled, row.month, cell, item)
        for day in days:
            yield committee.Met(row.month, day), None

    def _sale(
        self, filled: Form, in_month: str, cell: str, item: SaleItem
    ) -> Iterator[tuple[Fact, str | None]]:
        which = self._sale_of(item.name)
        reported = stall.Reported(
            which, in_month, item.when, item.workplaces, item.appearances, item.goods_only
        )
        valid = _is_valid(reported) and len(item.name) <= LONGEST_NAME
        if not valid:
            kept = self._remark(filled, cell, item_text(item), in_month)
            yield kept, key_of(kept)
            return
        yield reported, key_of(reported)
        for visit in item.guests:
            ward = self._wards.of_name(visit.ward)
            if ward is None or not visit.days:
                yield self._remark(filled, cell, guest_text(visit), in_month, which), None
            else:
                yield guest.Hosted(which, ward.code, visit.days, visit.workplaces), None
        for partner in item.partners:
            joined = stall.PartnerJoined(
                which, in_month, partner.partner, partner.purpose, partner.days
            )
            text = partner_text(partner)
            for fact in self._valid(joined, filled, cell, text, in_month, which):
                yield fact, None
        for text in item.remarks:
            yield self._remark(filled, cell, text, in_month, which), None

    def _sale_of(self, label: str) -> UUID:
        """The sale that goes by this name or alias; a new one is opened under it."""
        if (known := self._known.get(folded(label))) is not None:
            return self._names.canonical(known)
        new = id_of("sale", self._scope, folded(label))
        self._known[folded(label)] = new
        if new not in self._names.sales and len(label) <= LONGEST_NAME:
            kind, place = kind_of(label)
            self._opened.append(sale.Opened(new, label, kind, place))
        return new

    def _texts(self, filled: Form) -> Iterator[Fact]:
        year = filled.fiscal_year
        for n, text in enumerate(filled.achievements, 1):
            noted = achievement.Noted(year, text, n)
            yield from self._valid(noted, filled, form.ACHIEVEMENTS, text)
        for n, numbered in enumerate(filled.issues, 1):
            which = id_of("issue", self._scope, str(year), str(n))
            raised = issue.Raised(which, year, numbered.text, numbered.number)
            yield from self._valid(raised, filled, form.ISSUES, numbered.text)
        for n, text in enumerate(filled.practices, 1):
            which = id_of("practice", self._scope, str(year), str(n))
            shared = practice.Shared(which, year, text, n)
            yield from self._valid(shared, filled, form.PRACTICES, text)
        for n, text in enumerate(filled.shared_issues, 1):
            which = id_of("shared issue", self._scope, str(year), str(n))
            to_city = issue.Shared(which, year, text, n)
            yield from self._valid(to_city, filled, form.SHARED_ISSUES, text)

    def _remarks(self, filled: Form) -> Iterator[Fact]:
        """Unread texts that stand outside the activities of a month; never the officers'."""
        in_months = Counter(
            (f"{int(row.month[5:])}月 {form.ACTIVITIES}", text)
            for row in filled.months
            for item in row.items
            for text in unread_in(item)
        )
        for unread in filled.remarks:
            if in_months[unread.cell, unread.text]:
                in_months[unread.cell, unread.text] -= 1
            elif not unread.personal:
                yield self._remark(filled, unread.cell, unread.text)

    def _valid(  # noqa: PLR0913, PLR0917 - where the words go instead
        self,
        fact: Fact,
        filled: Form,
        cell: str,
        text: str,
        in_month: str | None = None,
        which: UUID | None = None,
    ) -> Iterator[Fact]:
        yield fact if _is_valid(fact) else self._remark(filled, cell, text, in_month, which)

    def _remark(
        self,
        filled: Form,
        cell: str,
        text: str,
        in_month: str | None = None,
        which: UUID | None = None,
    ) -> remark.Kept:
        cell = cell[:LONGEST_NAME]
        place = Place("", "remark", f"{filled.fiscal_year} {cell}")
        self._said[place] += 1
        new = id_of("remark", self._scope, str(filled.fiscal_year), cell, str(self._said[place]))
        visible = FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
        return remark.Kept(new, filled.fiscal_year, cell, visible, in_month, which)


LONGEST_NAME = 100


def kind_of(label: str) -> tuple[sale.Kind, str | None]:
    """What kind of sale a label names, and the place in it: イオン天王町SC出張販売."""
    for suffix, kind in SUFFIXES:
        if label.endswith(suffix):
            return kind, label.removesuffix(suffix) or None
    return "regular", None


def key_of(fact: Fact) -> str | None:
    """What stands for a fact in `month.ordered`."""
    match fact:
        case committee.Met() | committee.Audited():
            return fact.tag()
        case stall.Reported():
            return str(fact.sale)
        case remark.Kept():
            return str(fact.remark)
        case _:
            return None


def place_of(fact: Fact) -> Place:  # noqa: PLR0911 - one line a kind
    """The place on the form that a fact fills."""
    match fact:
        case stall.Reported() | stall.PartnerJoined():
            return Place(fact.month, fact.tag(), str(fact.sale))
        case guest.Hosted() | guest.Absent():
            about = f"{fact.sale}/{fact.ward}"
            return Place(month_of(fact.days[0]), guest.Hosted.tag(), about)
        case committee.Met() | committee.Audited() | month.Ordered():
            return Place(fact.month, fact.tag())
        case committee.OfficerAppointed():
            return Place("", fact.tag(), fact.office)
        case remark.Kept():
            return Place(fact.month or "", fact.tag(), fact.cell)
        case sale.Opened():
            return Place("", fact.tag(), str(fact.sale))
        case _:
            return Place("", fact.tag())


def unread_in(item: form.Item) -> Iterable[str]:
    """The unread texts of one item."""
    match item:
        case RemarkItem(text):
            return (text,)
        case SaleItem():
            return item.remarks
        case _:
            return ()


def _is_valid(fact: Fact) -> bool:
    try:
        readable = decode(msgspec.json.encode(fact)) == fact
    except msgspec.ValidationError:
        return False
    return readable and not any(map(FORBIDDEN.search, _texts(msgspec.to_builtins(fact))))


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield from (*_texts(key), *_texts(item))
        case list() | tuple():
            for item in value:
                yield from _texts(item)
