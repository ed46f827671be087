"""One clause of a bracket: 延16事業所出店, 20日～24日, 瀬谷区から2事業所が20日に."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput

PARSER: Final = Lark(
    files(__package__).joinpath("month_cell.lark").read_text("utf-8"),
    start=["cell", "clause", "days"],
    parser="lalr",
    propagate_positions=True,
    maybe_placeholders=False,
)
LONGEST: Final = 300
"""No clause of a real form is a third as long; anything longer is free text."""

ERAS: Final = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}


@dataclass(frozen=True, slots=True)
class Point:
    """A day as written; `marked` by 日 or a slash, else it leans on a later one (16、23日)."""

    day: int
    marked: bool
    month: int | None = None
    year: int | None = None
    weekday: str | None = None
    slashed: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    first: Point
    last: Point


@dataclass(frozen=True, slots=True)
class RunOf:
    first: Point
    days: int


@dataclass(frozen=True, slots=True)
class DayList:
    stretches: tuple[Point | Range | RunOf, ...]


@dataclass(frozen=True, slots=True)
class Length:
    days: int


@dataclass(frozen=True, slots=True)
class Workplaces:
    number: int


@dataclass(frozen=True, slots=True)
class Appearances:
    number: int


@dataclass(frozen=True, slots=True)
class Verb:
    goods_only: bool


Figure = Length | DayList | Workplaces | Appearances | Verb


@dataclass(frozen=True, slots=True)
class GuestClause:
    """`ward` is a stretch of the clause."""

    ward: tuple[int, int]
    workplaces: int | None
    days: DayList | None


@dataclass(frozen=True, slots=True)
class PartnerClause:
    """`partner` and `purpose` are stretches of the clause."""

    partner: tuple[int, int]
    purpose: tuple[int, int]
    days: DayList | None


Clause = tuple[Figure, ...] | GuestClause | PartnerClause


@lru_cache(maxsize=4096)
def read_clause(text: str) -> Clause | None:
    """Read a folded clause; None if it is not one."""
    if len(text) > LONGEST:
        return None
    try:
        return cast("Clause", _CLAUSES.transform(PARSER.parse(text, start="clause")))
    except UnexpectedInput:
        return None


def read_days(text: str) -> tuple[DayList, int] | None:
    """Read the days a text begins with, and say where they end; None if it begins with none."""
    text = text[:LONGEST]
    try:
        return _days(text), len(text)
    except UnexpectedInput as stumble:
        end = stumble.pos_in_stream or 0
    try:
        return _days(text[:end]), end
    except UnexpectedInput:
        return None


def _days(text: str) -> DayList:
    return cast("DayList", _CLAUSES.transform(PARSER.parse(text, start="days")))


Field = tuple[str, int]
"""What a part of a date says: which part, and its number."""


class _Clauses(Transformer[Token, Clause | DayList]):
    """One method a rule of the grammar, bottom up; a child is a token or what a method gave."""

    def length(self, children: list[Token]) -> Length:
        return Length(int(children[0]))

    def workplaces(self, children: list[Token]) -> Workplaces:
        return Workplaces(int(children[0]))

    def appearances(self, children: list[Token]) -> Appearances:
        return Appearances(int(children[0]))

    def verb(self, children: list[Token]) -> Verb:
        return Verb(goods_only=children[0].type == "SEND_GOODS")

    def figures(self, children: list[Figure]) -> tuple[Figure, ...]:
        return tuple(children)

    def year(self, children: list[Token]) -> Field:
        era = next((ERAS[child] for child in children if child.type == "ERA"), 0)
        number = children[-1]
        return "year", era + (1 if number.type == "FIRST" else int(number))

    def year_number(self, children: list[Token]) -> Field:
        return "year", int(children[0])

    def month(self, children: list[Token]) -> Field:
        return "month", int(children[0])

    def month_number(self, children: list[Token]) -> Field:
        return "month", int(children[0])

    def day(self, children: list[Token]) -> Field:
        return "day", int(children[0])

    def point(self, children: list[Field | Token], *, slashed: bool = False) -> Point:
        numbers = dict(child for child in children if isinstance(child, tuple))
        tokens = {child.type: str(child) for child in children if isinstance(child, Token)}
        return Point(
            day=numbers["day"],
            marked=slashed or "DAY" in tokens,
            month=numbers.get("month"),
            year=numbers.get("year"),
            slashed=slashed,
            weekday=tokens["WEEKDAY"].lstrip("(")[0] if "WEEKDAY" in tokens else None,
        )

    def slashed(self, children: list[Field | Token]) -> Point:
        return self.point(children, slashed=True)

    def range(self, children: list[Point]) -> Range:
        return Range(children[0], children[1])

    def run(self, children: list[Any]) -> RunOf:
        first, days = children
        return RunOf(first, int(days))

    def days(self, children: list[Point | Range | RunOf]) -> DayList:
        return DayList(tuple(children))

    def guest(self, children: list[Token | Workplaces | DayList]) -> GuestClause:
        ward = next(
            child for child in children if isinstance(child, Token) and child.type == "WARD"
        )
        number = next((child.number for child in children if isinstance(child, Workplaces)), None)
        days = next((child for child in children if isinstance(child, DayList)), None)
        return GuestClause(_stretch(ward), number, days)

    def partner(self, children: list[Token | DayList]) -> PartnerClause:
        named = {child.type: _stretch(child) for child in children if isinstance(child, Token)}
        days = next((child for child in children if isinstance(child, DayList)), None)
        return PartnerClause(named["WHO"], named["WHAT"], days)


_CLAUSES: Final = _Clauses()


def _stretch(token: Token) -> tuple[int, int]:
    start = token.start_pos or 0
    return start, start + len(token)
