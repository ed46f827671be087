"""What every fact and every aggregate has."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.errors import Refused

APRIL = 4
JAPAN = timezone(timedelta(hours=9))
"""Japan has no summer time, and a day of the log is a day there."""

# Controls but for tab and line ends, lone surrogates, and what turns the direction of text around:
# a name that reads differently from what is stored.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)

Name = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=r"^[^\t\r\n]*[^\s][^\t\r\n]*$(?!\n)")
]
"""One line."""
Text = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=r"\S")]
Count = Annotated[int, Meta(ge=0, le=100_000)]
FiscalYear = Annotated[int, Meta(ge=1947, le=2200)]
# `$` alone would let a last line end through in Python (not in a JSON schema): hence `(?!\n)`.
Month = Annotated[str, Meta(pattern=r"^(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])$(?!\n)")]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)")]
WardCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]
LogName = Annotated[str, Meta(pattern=r"^[0-9]{6}-[a-z][a-z0-9]{1,30}$(?!\n)")]


class Role(StrEnum):
    """What a person or a system may be in one log."""

    SECRETARY = "secretary"
    CHAIR = "chair"
    STAFF = "staff"
    CITY = "city"
    AUDITOR = "auditor"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The field's own word."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.SECRETARY: "事務局",
    Role.CHAIR: "部会長",
    Role.STAFF: "事業所職員",
    Role.CITY: "市職員",
    Role.AUDITOR: "監査",
    Role.ADMIN: "管理者",
}

RECORDERS = frozenset({Role.SECRETARY})
RECORDERS_AND_STAFF = frozenset({Role.SECRETARY, Role.STAFF})
RECORDERS_AND_CHAIR = frozenset({Role.SECRETARY, Role.CHAIR})
ADMINS = frozenset({Role.ADMIN})


class Fact(msgspec.Struct, frozen=True, tag_field="type", gc=False):
    """What happened, in the field's own terms; who, when and where stand in the envelope.

    Unknown fields are refused at the door (`shared.publishing`), never here: a reader accepts what
    newer code wrote.
    """

    may: ClassVar[frozenset[Role]]
    """Who may say it. The right stands beside the fact and cannot arrive in a body."""
    correctable: ClassVar[bool] = True
    """False where only the fact's own opposite undoes it (ARCHITECTURE, idea 3)."""

    @property
    def subject(self) -> str:
        """What the fact is about: admission state is kept per subject."""
        raise NotImplementedError

    @property
    def whose(self) -> tuple[UUID, ...]:
        """The workplaces it is about; 事業所職員 may speak of their own only."""
        return ()

    @property
    def on(self) -> date | None:
        """The day it is about, where there is one."""
        day = getattr(self, "day", None)
        return day if isinstance(day, date) else None

    @property
    def year(self) -> int | None:
        """The fiscal year whose answers it changes; None where it may change every year's."""
        fiscal_year = getattr(self, "fiscal_year", None)
        if isinstance(fiscal_year, int):
            return fiscal_year
        month = getattr(self, "month", None)
        if isinstance(month, str):
            return fiscal_year_of_month(month)
        day = self.on
        return None if day is None else fiscal_year_of(day)

    @classmethod
    def tag(cls) -> str:
        """The stored name, such as "stall.held"."""
        tag = cls.__struct_config__.tag
        assert isinstance(tag, str)  # noqa: S101 - written out on every fact; tests/test_shape.py
        return tag


@dataclass(frozen=True)
class Target:
    """A fact that another fact names, as the log has it when it is named."""

    id: UUID
    says: Fact
    """The fact itself; for a correction, what it put in place."""
    effective: bool
    now: Fact | None
    """What holds in its place today; None where nothing does."""
    restores: Fact | None = None
    """For a correction: what holds again when it is retracted."""


Targets = Mapping[UUID, Target]
NO_TARGETS: Targets = {}

S = TypeVar("S")
F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Aggregate(Generic[S, F]):
    """A state kept per subject, how facts change it, and which further facts it admits."""

    initial: S
    evolve: Callable[[S, F], S]
    admit: Callable[[S, F, Targets], None]

    def fold(self, facts: Iterable[F]) -> S:
        """The state after these effective facts, in the order of their first positions."""
        state = self.initial
        for fact in facts:
            state = self.evolve(state, fact)
        return state


def stateless(admit: Callable[[Any], None]) -> Aggregate[None, Any]:
    """An aggregate whose facts never depend on what was said before."""
    return Aggregate(None, lambda state, _fact: state, lambda _state, fact, _targets: admit(fact))


class DayOutsideMonth(Refused):
    message = "日付が対象の月に入っていません。月か日付を直してください"
    pointer = "/month"


class BadWardCode(Refused):
    message = "区のコードは検査数字まで含む6桁で書いてください（例: 瀬谷区は 141143）"
    pointer = "/ward"


class PeriodEndsBeforeItBegins(Refused):
    message = "終わりの日が始まりの日より前になっています。日付を直してください"


def fiscal_year_of(day: date) -> int:
    """The fiscal year (年度) of a day: April to March, named by its April."""
    return day.year if day.month >= APRIL else day.year - 1


def fiscal_year_of_month(month: str) -> int:
    """The fiscal year of a month written "2025-10"."""
    return fiscal_year_of(date(int(month[:4]), int(month[5:]), 1))


def month_of(day: date) -> str:
    """The month of a day, written "2025-10"."""
    return f"{day.year:04d}-{day.month:02d}"


def months_of_year(fiscal_year: int) -> tuple[str, ...]:
    """The twelve months of a fiscal year in order, April first."""
    return tuple(
        f"{fiscal_year + (month < APRIL):04d}-{month:02d}"
        for month in (*range(4, 13), *range(1, 4))
    )


def require_in_month(month: str, days: Iterable[date]) -> None:
    """Raise `DayOutsideMonth` unless every day lies in the month."""
    if any(month_of(day) != month for day in days):
        raise DayOutsideMonth


def require_ward_code(code: str, pointer: str = "/ward") -> None:
    """Raise `BadWardCode` unless the sixth digit checks the five before it.

    Weights 6, 5, 4, 3, 2; 11 minus the sum modulo 11, last digit (FIELD section 6).
    """
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=False))
    if int(code[5]) != (11 - total % 11) % 10:
        raise BadWardCode(pointer=pointer)
