"""The short way through the strict door, for what is spelled just as we would spell it ourselves.

What decodes to a fact that encodes to the same bytes again has no unknown field, no field twice, no
other spelling of an id or a number in it. What is not so spelled is not wrong: it goes the long way
(`shared.strictjson`), which also says what is the matter.
"""

import re
from collections.abc import Sequence
from datetime import date

import msgspec

from shared.domain.base import FORBIDDEN, Fact
from shared.domain.catalogue import decode

FIRST_DAY, LAST_DAY = date(1947, 4, 1), date(2201, 3, 31)
"""The fiscal years that answers are given for."""
YEARS = re.compile(rb'"(\d\d\d\d)-\d\d')
EARLY, LATE = b"%d" % (FIRST_DAY.year + 1), b"%d" % (LAST_DAY.year - 1)


def canonical_fact(body: bytes) -> Fact | None:
    """The fact in a body, if it is so spelled and no year in it is near the ends of time."""
    if b"\\u" in body:
        return None
    try:
        fact = decode(body)
        text = body.decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if msgspec.json.encode(fact) != body or (not text.isprintable() and FORBIDDEN.search(text)):
        return None
    years = YEARS.findall(body)
    return fact if not years or (min(years) >= EARLY and max(years) < LATE) else None


def without(body: bytes, parts: Sequence[bytes]) -> bytes:
    """The JSON around these parts of it, which stand in it in this order: each is a 0 there."""
    around = []
    at = 0
    for part in parts:
        begins = body.index(part, at)
        around += [body[at:begins], b"0"]
        at = begins + len(part)
    return b"".join([*around, body[at:]])
