"""Facts of about 250 bytes, and the requests that carry them: made before the clock starts."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import count, islice
from uuid import UUID

import msgspec

from shared.domain.stall import Held
from shared.ids import id_of, new_id

SALES_A_DAY = 3
FIRST_DAY = date(2000, 4, 1)
DAYS = 30 * 365
VENDORS = 40
VENDORS_A_STALL = 4


class Facts:
    """Stalls held day after day; no sale and day comes twice."""

    def __init__(self) -> None:
        self._numbers = count()

    def take(self, many: int) -> list[Held]:
        """Make the next facts."""
        return [_held(number) for number in islice(self._numbers, many)]


def body(fact: Held) -> bytes:
    """Its JSON as a client writes it: 254 bytes, without the field that is empty."""
    return msgspec.json.encode(fact).replace(b',"goods_only":[]', b"")


def example() -> bytes:
    """A body like all the others."""
    return body(_held(0))


def event(log: str, fact: Held) -> bytes:
    """One fact as a CloudEvent."""
    return b'{"specversion":"1.0","id":"%b","source":"/v1/logs/%b","type":"%b","data":%b}' % (
        str(new_id()).encode(),
        log.encode(),
        fact.tag().encode(),
        body(fact),
    )


def batch(log: str, facts: Sequence[Held]) -> bytes:
    """Many facts as one batch of CloudEvents."""
    return b"[%b]" % b",".join(event(log, fact) for fact in facts)


def _held(number: int) -> Held:
    day, sale = divmod(number, SALES_A_DAY)
    cycle, day = divmod(day, DAYS)
    vendors = tuple(_identity("vendor", (number + n) % VENDORS) for n in range(VENDORS_A_STALL))
    sale_id = _identity("sale", sale + cycle * SALES_A_DAY)
    return Held(sale_id, FIRST_DAY + timedelta(days=day), vendors)


@cache
def _identity(kind: str, number: int) -> UUID:
    return id_of("bench", kind, str(number))
