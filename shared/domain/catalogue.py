"""Every fact there is, its aggregate, and how a stored body is read."""

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


def aggregate_of(kind: type[Fact]) -> Aggregate[Any, Any]:
    """The aggregate whose rules admit facts of this kind."""
    return AGGREGATES[kind.tag().partition(".")[0]][1]


def decode(body: bytes) -> Fact:
    """Read a body as the door does: raises `msgspec.ValidationError` where it fits no fact."""
    return _decoder().decode(body)


def read(body: bytes) -> Fact:
    """Read a stored body: unknown fields are skipped, what cannot be read is `NotUnderstood`."""
    try:
        return _decoder().decode(body)
    except msgspec.MsgspecError:
        return NotUnderstood(_tag_of(body))


def _tag_of(body: bytes) -> str:
    """A body's type, as far as it tells one: a log of other code may hold anything."""
    try:
        return _tag_decoder.decode(body).type
    except msgspec.MsgspecError:
        return ""
