"""The registry of a log: what sales and workplaces are called, and which of them are the same."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from shared.domain import sale, vendor
from shared.domain.base import Fact


class Registry(msgspec.Struct, frozen=True):
    """Ids are as facts say them; `canonical` leads through merges to the one that stands."""

    sales: Mapping[UUID, sale.Opened]
    sale_aliases: Mapping[UUID, tuple[str, ...]]
    vendors: Mapping[UUID, vendor.Joined]
    vendor_aliases: Mapping[UUID, tuple[str, ...]]
    same_as: Mapping[UUID, UUID]

    def canonical(self, item: UUID) -> UUID:
        """The id that stands for this one; in a circle of merges the smallest, so all agree."""
        seen = [item]
        while (into := self.same_as.get(seen[-1])) is not None:
            if into in seen:
                return min(seen[seen.index(into) :])
            seen.append(into)
        return seen[-1]

    def sale_name(self, item: UUID) -> str:
        """What the report prints."""
        opened = self.sales.get(self.canonical(item))
        return "（名前のない販売）" if opened is None else opened.name

    def sale_kind(self, item: UUID) -> sale.Kind:
        """販売 unless the roster says otherwise."""
        opened = self.sales.get(self.canonical(item))
        return "regular" if opened is None else opened.kind

    def vendor_name(self, item: UUID) -> str:
        """What people call it."""
        joined = self.vendors.get(self.canonical(item))
        return "（名簿にない事業所）" if joined is None else joined.name


def registry(facts: Iterable[Fact]) -> Registry:
    """Fold effective facts in the order of the log; the later name or merge holds."""
    sales: dict[UUID, sale.Opened] = {}
    sale_aliases: dict[UUID, tuple[str, ...]] = {}
    vendors: dict[UUID, vendor.Joined] = {}
    vendor_aliases: dict[UUID, tuple[str, ...]] = {}
    same_as: dict[UUID, UUID] = {}
    for fact in facts:
        match fact:
            case sale.Opened():
                sales[fact.sale] = fact
            case sale.AliasAdded():
                sale_aliases[fact.sale] = (*sale_aliases.get(fact.sale, ()), fact.alias)
            case sale.Merged():
                same_as[fact.sale] = fact.into
            case sale.Unmerged():
                same_as.pop(fact.sale, None)
            case vendor.Joined():
                vendors[fact.vendor] = fact
            case vendor.AliasAdded():
                vendor_aliases[fact.vendor] = (*vendor_aliases.get(fact.vendor, ()), fact.alias)
            case vendor.Merged():
                same_as[fact.vendor] = fact.into
            case vendor.Unmerged():
                same_as.pop(fact.vendor, None)
            case _:
                pass
    return Registry(sales, sale_aliases, vendors, vendor_aliases, same_as)
