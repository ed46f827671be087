"""Some facts of every kind, made of few ids, days and words, so that they meet."""

from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from msgspec import inspect

from shared.domain.base import Fact
from shared.domain.catalogue import AGGREGATES, FACTS
from shared.domain.examples import HODOGAYA, SEYA

EACH = 40
IDS = tuple(UUID(f"0195f094-3680-7000-8000-{n:012d}") for n in range(3))
DAYS = (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2))
WARDS = (HODOGAYA, SEYA, "141144")  # the last is mistyped
WORDS = ("雨天", "星川駅出張販売", "ほどがやカルガモの会")
FORMS = {
    "month": ("2026-03", "2026-04"),
    "ward": WARDS,
    "keeper": WARDS,
    "log": ("141062-hanbai",),
    "warning": ("members:19/18", "members:20/18"),
    "sold_out_at": ("11:00", "13:20"),
    "items": ("committee.met", str(IDS[0]), "区役所販売"),
}
"""What stands in the fields whose form is fixed."""
SIMPLE: dict[type[inspect.Type], tuple[Any, ...]] = {
    inspect.UUIDType: IDS,
    inspect.DateType: DAYS,
    inspect.BoolType: (False, True),
    inspect.NoneType: (None,),
}


def _value(chance: Random, described: inspect.Type, name: str) -> Any:  # noqa: ANN401 - of that type
    choice: Any = chance.choice
    made: Any = None
    match described:
        case inspect.LiteralType(values=values):
            made = choice(values)
        case inspect.EnumType(cls=enum):
            made = choice(list(enum))
        case inspect.IntType(ge=low, le=high):
            made = choice((low, low and low + 1, high))
        case inspect.StrType():
            made = choice(FORMS.get(name, WORDS))
        case inspect.VarTupleType(item_type=item, min_length=least):
            length = chance.randint(least or 0, 3)
            made = tuple(_value(chance, item, name) for _ in range(length))
        case inspect.DictType(value_type=value):
            made = {choice(WORDS): _value(chance, value, name) for _ in range(2)}
        case inspect.UnionType(types=types):
            made = _value(chance, choice(types), name)
        case inspect.StructType(cls=kind, fields=fields):
            made = kind(**{f.name: _value(chance, f.type, f.name) for f in fields})
        case _:
            made = choice(SIMPLE[type(described)])
    return made


def some(kind: type[Fact]) -> list[Fact]:
    """Facts of one kind, the same at every run."""
    chance = Random(kind.tag())
    return [_value(chance, inspect.type_info(kind), "") for _ in range(EACH)]


FACTS_OF = {
    name: [fact for tag, kind in FACTS.items() if tag.startswith(f"{name}.") for fact in some(kind)]
    for name in AGGREGATES
    if name != "fact"
}
"""By aggregate; facts about facts follow from these."""
FACTS_OF["role"] += FACTS_OF["log"]  # authority is folded from both
CORRECTABLE = [fact for facts in FACTS_OF.values() for fact in facts if fact.correctable]
