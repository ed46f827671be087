"""Who was at each sale on each day: there are thousands of days, so a workplace is one bit."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import NamedTuple
from uuid import UUID

from shared.domain.base import month_of
from shared.domain.registry import Registry

Place = tuple[UUID, str]
"""A sale and a month."""


class Key(NamedTuple):
    """Who was at a sale on a day, as one fact says it, not yet knowing which are the same."""

    sale: UUID
    day: date
    vendors: tuple[UUID, ...]
    goods_only: tuple[UUID, ...]


class Present(NamedTuple):
    """The distinct workplaces of one day, a bit each: with a stall, and with goods."""

    stall: int
    goods: int


Days = dict[date, Present]


class Presence:
    """The days of a year by place, merged sales and workplaces as one; `workplaces` by bit."""

    def __init__(self, keys: Iterable[Key], names: Registry) -> None:
        """The same workplace said twice for a day of a sale counts once."""
        self.workplaces: list[UUID] = []
        self._names = names
        # By the integers of ids: an id's own hash and comparison run in Python.
        self._bits: dict[int, int] = {}
        self.days = self._by_place(keys)

    def at(self, place: Place) -> Days:
        """The days of one sale in one month."""
        return self.days.get(place, {})

    def bit_of(self, vendor: UUID) -> int:
        """The bit of a workplace, or of the one that stands for it; 0 for one that never came."""
        bit = self._bits.get(vendor.int)
        return self._bits.get(self._names.canonical(vendor).int, 0) if bit is None else bit

    def those(self, bits: int) -> list[tuple[int, UUID]]:
        """The workplaces of these bits, each with its own, by id."""
        found = []
        while bits:
            bit = bits & -bits
            found.append((bit, self.workplaces[bit.bit_length() - 1]))
            bits ^= bit
        return sorted(found, key=_number) if len(found) > 1 else found

    def _by_place(self, keys: Iterable[Key]) -> dict[Place, Days]:
        stalls: defaultdict[int, dict[date, int]] = defaultdict(dict)
        goods: defaultdict[int, dict[date, int]] = defaultdict(dict)
        sales: dict[int, UUID] = {}
        for sale, day, vendors, goods_only in keys:
            if (item := sales.get(sale.int)) is None:
                item = sales[sale.int] = self._names.canonical(sale)
            days = stalls[item.int]
            days[day] = days.get(day, 0) | self._set(vendors)
            if goods_only:
                sent = goods[item.int]
                sent[day] = sent.get(day, 0) | self._set(goods_only)
        found: dict[Place, Days] = {}
        for item in {item.int: item for item in sales.values()}.values():
            months: defaultdict[tuple[int, int], Days] = defaultdict(dict)
            for day, stall in stalls[item.int].items():
                months[day.year, day.month][day] = Present(stall, goods[item.int].get(day, 0))
            found |= {(item, month_of(next(iter(days)))): days for days in months.values()}
        return found

    def _set(self, vendors: Iterable[UUID]) -> int:
        together = 0
        for vendor in vendors:
            together |= self._bits.get(vendor.int) or self._new_bit(vendor)
        return together

    def _new_bit(self, vendor: UUID) -> int:
        same = self._names.canonical(vendor)
        if same.int not in self._bits:
            self._bits[same.int] = 1 << len(self.workplaces)
            self.workplaces.append(same)
        bit = self._bits[vendor.int] = self._bits[same.int]
        return bit


def _number(found: tuple[int, UUID]) -> int:
    """The order of ids as text, and faster."""
    return found[1].int


def together(sets: Iterable[int]) -> int:
    """Whoever is in any of these sets."""
    return reduce(or_, sets, 0)


def twice(sets: Iterable[int]) -> int:
    """Whoever is in more than one of these sets."""
    seen = found = 0
    for each in sets:
        found |= seen & each
        seen |= each
    return found


def everybody(days: Days) -> int:
    """Whoever ran a stall or sent goods."""
    return together(present.stall | present.goods for present in days.values())
