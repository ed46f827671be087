"""The short way through the strict door, for JSON as a program writes it: compact and plain.

Read into a type and written again it gives the same bytes, so there was no field twice and none
unknown, no other spelling of an id or a number. What is not so written is not wrong: it goes the
long way (`shared.strictjson`), which also says what is the matter.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from shared.domain.base import FORBIDDEN, Fact
from shared.domain.catalogue import decode

FIRST_DAY, LAST_DAY = date(1947, 4, 1), date(2201, 3, 31)
"""The fiscal years that answers are given for."""
YEARS = re.compile(rb'"(\d\d\d\d)-\d\d')
EARLY, LATE = b"%d" % (FIRST_DAY.year + 1), b"%d" % (LAST_DAY.year - 1)


def canonical_fact(body: bytes) -> Fact | None:
    """The fact in a body, if it is so written and no year in it is near the ends of time.

    Fields may stand in any order, and those that have a default may be missing.
    """
    try:
        fact = decode(body)
        sent = msgspec.json.decode(body)
        read = msgspec.to_builtins(fact)
        again = msgspec.json.encode({name: read[name] for name in sent})
    except (msgspec.DecodeError, KeyError, RecursionError, UnicodeDecodeError):
        return None
    if again != body or not plain(body):
        return None
    years = YEARS.findall(body)
    return fact if not years or (min(years) >= EARLY and max(years) < LATE) else None


def canonical(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """The value of flat JSON so written; None for any other."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return value if msgspec.json.encode(value) == body and plain(body) else None


def plain(body: bytes) -> bool:
    """Whether its text hides nothing: no escapes, controls, or turns of direction."""
    text = body.decode()
    return b"\\" not in body and (text.isprintable() or not FORBIDDEN.search(text))


def without(body: bytes, parts: Sequence[bytes]) -> bytes:
    """The JSON around these parts of it, which stand in it in this order: each is a 0 there."""
    around = []
    at = 0
    for part in parts:
        begins = body.index(part, at)
        around += [body[at:begins], b"0"]
        at = begins + len(part)
    return b"".join([*around, body[at:]])
