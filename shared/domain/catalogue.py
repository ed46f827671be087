"""Every fact there is, its aggregate, and how a stored body is read."""

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, Union, get_args

import msgspec

from shared.domain import (
    achievement,
    committee,
    fact,
    guest,
    issue,
    log,
    month,
    person,
    practice,
    remark,
    role,
    rule,
    sale,
    stall,
    takings,
    vendor,
    warning,
)
from shared.domain.base import Aggregate, Fact

AGGREGATES: dict[str, tuple[ModuleType, Aggregate[Any, Any]]] = {
    "log": (log, log.log),
    "role": (role, role.role),
    "rule": (rule, rule.rule),
    "person": (person, person.person),
    "committee": (committee, committee.committee),
    "vendor": (vendor, vendor.vendor),
    "sale": (sale, sale.sale),
    "stall": (stall, stall.stall),
    "takings": (takings, takings.takings),
    "guest": (guest, guest.guest),
    "issue": (issue, issue.issue),
    "practice": (practice, practice.practice),
    "achievement": (achievement, achievement.achievement),
    "month": (month, month.month),
    "remark": (remark, remark.remark),
    "warning": (warning, warning.warning),
    "fact": (fact, fact.fact),
}


def _facts_of(name: str, module: ModuleType) -> tuple[type[Fact], ...]:
    union = getattr(module, f"{name.capitalize()}Fact")
    return get_args(union) or (union,)


FACTS: dict[str, type[Fact]] = {
    kind.tag(): kind for name, (module, _) in AGGREGATES.items() for kind in _facts_of(name, module)
}

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
UPCASTERS: dict[str, Upcaster] = {
    tag: upcast
    for module, _ in AGGREGATES.values()
    for tag, upcast in getattr(module, "upcasters", {}).items()
}
"""How a body of an older version reads in the next one, by the older tag.

An aggregate whose fact changes gives the new form a new tag ("stall.held.2") and keeps the old one
in its `upcasters`; stored bodies stay as they are, and whatever reads them sees the new form.
"""

GOVERNING = ("log.", "role.", "rule.", "fact.")
"""Types that nobody may fail to understand: a withdrawn right would stay open."""


class NotUnderstood(Fact, frozen=True, tag=False):
    """A fact of a type, or with fields, that this code does not know; kept, shown, never judged."""

    may = frozenset()
    correctable = False

    type: str

    @property
    def subject(self) -> str:
        return ""

    @property
    def year(self) -> None:
        return


class _Tag(msgspec.Struct):
    type: str


@cache
def _decoder() -> msgspec.json.Decoder[Fact]:
    return msgspec.json.Decoder(Union[tuple(FACTS.values())])  # noqa: UP007 - built at run time


_tag_decoder = msgspec.json.Decoder(_Tag)


_aggregates = {kind: AGGREGATES[tag.partition(".")[0]][1] for tag, kind in FACTS.items()}


def aggregate_of(kind: type[Fact]) -> Aggregate[Any, Any]:
    """The aggregate whose rules admit facts of this kind."""
    return _aggregates[kind]


def decode(body: bytes) -> Fact:
    """Read a body as the door does: raises `msgspec.ValidationError` where it fits no fact."""
    return _decoder().decode(body)


def read(body: bytes) -> Fact:
    """Read a stored body: unknown fields are skipped, what cannot be read is `NotUnderstood`."""
    try:
        return _decoder().decode(body)
    except msgspec.MsgspecError:
        return _read_older(body)


def _read_older(body: bytes) -> Fact:
    tag = tag_of(body)
    try:
        plain = _upcast(msgspec.json.decode(body))
        return _decoder().decode(msgspec.json.encode(plain))
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError):
        return NotUnderstood(tag)


def _upcast(plain: dict[str, Any]) -> dict[str, Any]:
    """Bring a body to today's version, and with a correction what it puts in place."""
    while (upcast := UPCASTERS.get(plain["type"])) is not None:
        plain = upcast(plain)
    if isinstance(plain.get("fact"), dict):
        plain = plain | {"fact": _upcast(plain["fact"])}
    return plain


def tag_of(body: bytes) -> str:
    """A body's type, as far as it tells one: a log of other code may hold anything."""
    try:
        return _tag_decoder.decode(body).type
    except msgspec.MsgspecError:
        return ""
