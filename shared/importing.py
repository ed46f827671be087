"""Importing a filled-in form: what it says now against what it said last, and what the log says.

Ids are made from names (log, fiscal year, place on the form, n-th, the last fact said about it and
content), so the same file again says nothing, and a line removed and restored is said again. Only
an import's own facts are corrected by a later import; what a person changed meanwhile is a clash,
shown and left alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import msgspec

from shared import eventlog, names
from shared.domain import committee, fact, guest, sale
from shared.domain.base import Fact
from shared.domain.effective import Effective, Holding
from shared.domain.registry import registry
from shared.driver import Pool
from shared.envelope import Proposal, proposal
from shared.eventlog import Entry, Receipt
from shared.ids import id_of, new_id
from shared.publishing import Door
from shared.reports.facts import Place, Reader, Stated, place_of
from shared.reports.form import Form, Officer
from shared.wards import Wards

REASON = "様式を取り込み直したため"
SEVERAL = frozenset(
    {"achievement.noted", "issue.raised", "issue.shared", "practice.shared", "remark.kept"}
)
"""Kinds of which a form holds many side by side: one recorded by hand is no clash."""

Key = tuple[Place, int]


class Change(msgspec.Struct, frozen=True):
    """One thing that an import says, or would say; `clash` says nothing and needs a person."""

    kind: Literal["added", "corrected", "removed", "clash"]
    place: Place
    nth: int
    before: Fact | None
    after: Fact | None


@dataclass
class Plan:
    """What an import of a form does to a log."""

    proposals: list[Proposal] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    there: "_Rows" = field(default_factory=lambda: _Rows(frozenset(), frozenset()))
    position: int = 0
    """The log's last position that was compared with."""
    persons: dict[UUID, str] = field(default_factory=dict)
    """Names to hold in the erasable table."""


@dataclass(frozen=True)
class _Rows:
    """Which rows a file has: from a row that is not there, nothing is taken to be removed."""

    months: frozenset[str]
    kinds: frozenset[str]

    def __contains__(self, place: Place) -> bool:
        return place.month in self.months if place.month else place.kind in self.kinds


def _rows_there(filled: Form, stated: Iterable[Stated]) -> _Rows:
    months = frozenset(row.month for row in filled.months)
    return _Rows(months, frozenset({"remark.kept", *(each.place.kind for each in stated)}))


@dataclass
class _Item:
    """What imports have said about one place so far: the contents that stand one on another."""

    last: UUID | None = None
    contents: list[tuple[UUID, Fact]] = field(default_factory=list)

    @property
    def content(self) -> Fact | None:
        return self.contents[-1][1] if self.contents else None


class _Past:
    """What earlier imports of this year's form said, found again by making their ids anew."""

    def __init__(self, log: str, fiscal_year: int, entries: Iterable[Entry]) -> None:
        self._name = ("import", log, str(fiscal_year))
        self.items: dict[Key, _Item] = {}
        self.effective = Effective()
        self._key_of: dict[UUID, Key] = {}
        self._at: dict[Place, int] = defaultdict(int)
        for entry in entries:
            said = entry.fact
            self.effective.say(entry.position, entry.id, said)
            if entry.id.version == MADE_FROM_A_NAME:
                self._attribute(entry.id, said, entry.body)

    def id_of(self, key: Key, last: UUID | None, body: bytes) -> UUID:
        """The id of what an import says about a place, after what was said about it last.

        Made of the stored bytes: a field that is added to a fact later must not change it.
        """
        (place, nth), before = key, "" if last is None else str(last)
        return id_of(*self._name, *place, str(nth), before, body.decode())

    def _attribute(self, event: UUID, said: Fact, body: bytes) -> None:
        for key in self._candidates(said):
            item = self.items.get(key, _Item())
            if self.id_of(key, item.last, body) == event:
                self.items[key] = item
                self._at[key[0]] = max(self._at[key[0]], key[1])
                self._key_of[event] = key
                self.take(item, event, said)
                return

    def _candidates(self, said: Fact) -> Iterable[Key]:
        if isinstance(said, fact.Corrected | fact.Retracted):
            key = self._key_of.get(said.target)
            return () if key is None else (key,)
        place = place_of(said)
        return ((place, n) for n in range(1, self._at[place] + 2))

    @staticmethod
    def take(item: _Item, event: UUID, said: Fact) -> None:
        """Note what was said last about an item."""
        item.last = event
        match said:
            case fact.Corrected():
                item.contents.append((event, said.fact))
            case fact.Retracted():
                item.contents.pop()
            case guest.Absent():
                item.contents.clear()
            case guest.Hosted():
                item.contents = [(event, said)]
            case _:
                item.contents.append((event, said))


MADE_FROM_A_NAME = 8


def plan(
    log: str,
    filled: Form,
    entries: Sequence[Entry],
    wards: Wards,
    held: dict[UUID, str],
) -> Plan:
    """Compare a form with the whole log; `held` are the names of persons held for it. Pure."""
    past = _Past(log, filled.fiscal_year, entries)
    known = registry(holding.fact for holding in past.effective)
    found = Plan(position=entries[-1].position if entries else 0)
    officers = {
        (held[holding.fact.person], holding.fact.affiliation): holding.fact.person
        for holding in past.effective
        if isinstance(holding.fact, committee.OfficerAppointed) and holding.fact.person in held
    }

    def person(_office: committee.Office, _nth: int, officer: Officer) -> UUID:
        """One officer has one id, found by name and 所属先, made by chance: a hash would tell."""
        which = (officer.name, officer.affiliation)
        if which not in officers:
            officers[which] = new_id()
            found.persons[officers[which]] = officer.name
        return officers[which]

    found.stated = Reader(log, wards, known, person).read(filled)
    said = {(each.place, each.nth): each.fact for each in found.stated}
    found.there = _rows_there(filled, found.stated)
    by_hand = _by_hand(past, filled.fiscal_year)
    for key in [*said, *(key for key in past.items if key not in said)]:
        _compare(found, past, key, said.get(key), by_hand)
    return found


def _by_hand(past: _Past, fiscal_year: int) -> dict[Place, list[Fact]]:
    """What holds in the year's places and no import put there."""
    ours = {event for item in past.items.values() for event, _ in item.contents}
    found: dict[Place, list[Fact]] = defaultdict(list)
    for holding in past.effective:
        if holding.id not in ours and holding.fact.year == fiscal_year:
            found[place_of(holding.fact)].append(holding.fact)
    return found


def _compare(
    found: Plan, past: _Past, key: Key, after: Fact | None, by_hand: dict[Place, list[Fact]]
) -> None:
    place, nth = key
    item = past.items.get(key, _Item())
    before = item.content
    now = _now(past, item)
    if before is None and after is not None:
        recorded = by_hand.get(place, [])
        if after in recorded:
            return
        if recorded and place.kind not in SEVERAL and not _another_meeting(after, recorded):
            found.changes.append(Change("clash", place, nth, recorded[0], after))
            return
    if before == after and now == before:
        return
    if isinstance(before, sale.Opened) and after is None:
        return  # a sale without lines does no harm, and another year's form may speak of it
    gone = after is None and place not in found.there
    if gone or now != before or not _untouched(past, item):
        if now != after:
            found.changes.append(Change("clash", place, nth, now, after))
        return
    _say(found, past, key, item, before, after)


def _say(  # noqa: PLR0913, PLR0917 - one item's whole situation
    found: Plan, past: _Past, key: Key, item: _Item, before: Fact | None, after: Fact | None
) -> None:
    kind: Literal["added", "corrected", "removed"]
    kind = "added" if before is None else "removed" if after is None else "corrected"
    for said in _words(item, before, after):
        event = past.id_of(key, item.last, msgspec.json.encode(said))
        found.proposals.append(proposal(event, said))
        past.take(item, event, said)
    found.changes.append(Change(kind, *key, before, after))


def _words(item: _Item, before: Fact | None, after: Fact | None) -> Iterable[Fact]:
    """The facts that lead from what was said to what the form says now."""
    if isinstance(before, guest.Hosted):
        days = after.days if isinstance(after, guest.Hosted) else ()
        if gone := tuple(day for day in before.days if day not in days):
            yield guest.Absent(before.sale, before.ward, gone)
        if after is not None:
            yield after
    elif before is None and after is not None:
        yield after
    elif after is not None:
        yield fact.Corrected(item.contents[-1][0], REASON, after)  # type: ignore[arg-type]
    else:
        for event, _ in list(reversed(item.contents)):
            yield fact.Retracted(event, REASON)


def _now(past: _Past, item: _Item) -> Fact | None:
    """What holds today where imports put the item; None where it was withdrawn."""
    if not item.contents:
        return None
    event, content = item.contents[-1]
    if isinstance(content, guest.Hosted):
        return _visits_now(past.effective, content)
    root = past.effective.root(event)
    held = None if root is None else past.effective.at(root)
    return None if held is None else held.fact


def _untouched(past: _Past, item: _Item) -> bool:
    """Whether the very event that an import said last is what holds."""
    if not item.contents or isinstance(item.content, guest.Hosted):
        return True
    target = past.effective.target(item.contents[-1][0])
    return target is not None and target.effective


def _visits_now(effective: Iterable[Holding], content: guest.Hosted) -> Fact | None:
    """Guests have no corrections: the fold of what was said about their days is what holds."""
    said = [
        holding.fact
        for holding in effective
        if isinstance(holding.fact, guest.Hosted | guest.Absent)
        and holding.fact.subject == content.subject
    ]
    visits = [visit for visit in guest.guest.fold(said).visits if visit.day in content.days]
    days = tuple(sorted(visit.day for visit in visits))
    alike = {(visit.workplaces, visit.vendors) for visit in visits}
    if not visits:
        return None
    if days == tuple(sorted(content.days)) and alike == {(content.workplaces, content.vendors)}:
        return content
    return guest.Hosted(content.sale, content.ward, days, visits[0].workplaces, visits[0].vendors)


def _another_meeting(after: Fact, recorded: Iterable[Fact]) -> bool:
    """Whether a meeting is of another day than those recorded by hand."""
    return isinstance(after, committee.Met) and all(
        isinstance(each, committee.Met) and each.day != after.day for each in recorded
    )


@dataclass(frozen=True)
class Importer:
    """Imports forms into logs through the one door."""

    door: Door
    reader: Pool
    names: Pool
    wards: Wards

    async def plan(self, log: str, filled: Form) -> Plan:
        """What importing this form would say; nothing is written. Raises `NotFound`."""
        await eventlog.read_head(self.reader, log)
        entries = [entry async for entry in eventlog.read_all(self.reader, log)]
        held = await names.read_names(self.names, log)
        return plan(log, filled, entries, self.wards, held)

    async def carry_out(self, log: str, filled: Form, planned: Plan, actor: UUID) -> list[Receipt]:
        """Publish a plan, all or nothing; names go to the erasable table and nowhere else.

        Raises `Stale` where somebody recorded something since it was made: plan again.
        """
        receipts: list[Receipt] = []
        if planned.proposals:
            receipts = await self.door.admit(
                log, planned.proposals, actor, expected=planned.position
            )
        await names.hold_names(self.names, log, planned.persons)
        personal = [(each.cell, each.text) for each in filled.remarks if each.personal]
        await names.hold_officer_remarks(self.names, log, filled.fiscal_year, personal)
        return receipts
