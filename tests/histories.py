"""Random histories of one ward's year: facts, corrections and retractions that a log admits."""

from datetime import date, timedelta
from random import Random
from uuid import UUID

from shared.domain import committee, fact, guest, issue, rule, sale, stall, vendor
from shared.domain.base import Fact, month_of
from shared.ids import id_of

SALES = [id_of("sale", str(n)) for n in range(4)]
VENDORS = [id_of("vendor", str(n)) for n in range(6)]
SEYA = "141143"


def a_day(chance: Random) -> date:
    """A day of the fiscal years 2024 to 2026."""
    return date(2024, 4, 1) + timedelta(chance.randrange(3 * 365))


def some(chance: Random) -> tuple[UUID, ...]:
    return tuple(chance.sample(VENDORS, chance.randint(1, 4)))


def a_fact(chance: Random) -> Fact:
    """A fact that needs nothing said before it."""
    day = a_day(chance)
    month = month_of(day)
    item = chance.choice(SALES)
    each = chance.choice(VENDORS)
    year = day.year if day.month >= 4 else day.year - 1
    return chance.choice(
        [
            stall.Held(item, day, some(chance)),
            stall.Held(item, day, some(chance), some(chance)),
            stall.Held(item, day, some(chance)),
            stall.Reported(item, month, stall.Dates((day,)), chance.randrange(9), None),
            stall.Reported(item, month, stall.DayCount(chance.randint(1, 40)), 3, 9),
            stall.Itemised(item, month),
            stall.PartnerJoined(item, month, "基幹相談支援センター", "相談ブース", (day,)),
            guest.Hosted(item, SEYA, (day,), chance.randrange(4)),
            sale.Opened(item, f"販売{chance.randrange(9)}", "away"),
            sale.AliasAdded(item, "別名"),
            vendor.Joined(each, f"事業所{chance.randrange(9)}"),
            vendor.Left(each, day),
            committee.Met(month, day, "会議", ("販売",)),
            committee.MembersCounted(year, {"民間企業": chance.randrange(9)}, 5),
            issue.Raised(id_of("issue", str(chance.randrange(5))), year, "課題"),
            rule.Set("guests_inside", chance.random() < 0.5, day),
        ]
    )


def a_history(seed: int, length: int) -> list[tuple[UUID, Fact]]:
    """Facts with their ids; about a third of them correct or retract what holds at that point."""
    chance = Random(seed)
    said: list[tuple[UUID, Fact]] = []
    stacks: list[list[tuple[UUID, Fact]]] = []
    rules: set[tuple[date, bool]] = set()
    for n in range(length):
        event = id_of("history", str(seed), str(n))
        open_ = [stack for stack in stacks if stack]
        what = chance.random()
        if open_ and what < 0.2:
            stack = chance.choice(open_)
            target, before = stack[-1]
            after = a_fact(chance)
            while type(after) is not type(before) or after == before:
                after = a_fact(chance)
            stack.append((event, after))
            said.append((event, fact.Corrected(target, "訂正", after)))  # type: ignore[arg-type]
        elif open_ and what < 0.35:
            target, _ = chance.choice(open_).pop()
            said.append((event, fact.Retracted(target, "取り消し")))
        else:
            fresh = a_fact(chance)
            if isinstance(fresh, rule.Set):
                if any(since == fresh.since for since, _ in rules):
                    continue
                rules.add((fresh.since, fresh.value))
            said.append((event, fresh))
            if fresh.correctable:
                stacks.append([(event, fresh)])
    return said
