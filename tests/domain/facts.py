"""Hypothesis strategies for facts: drawn from few ids, days and words, so that they meet."""

from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from msgspec import inspect

from shared.domain.base import Fact
from shared.domain.catalogue import AGGREGATES, FACTS
from shared.domain.examples import HODOGAYA, SEYA

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
SIMPLE: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.UUIDType: st.sampled_from(IDS),
    inspect.DateType: st.sampled_from(DAYS),
    inspect.BoolType: st.booleans(),
    inspect.NoneType: st.none(),
}


def _drawn(described: inspect.Type, name: str = "") -> st.SearchStrategy[Any]:
    match described:
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.EnumType(cls=enum):
            return st.sampled_from(list(enum))
        case inspect.IntType(ge=low, le=high):
            return st.sampled_from([low, low + 1, high] if low and high else [0, 1, high])
        case inspect.StrType():
            return st.sampled_from(FORMS.get(name, WORDS))
        case inspect.VarTupleType(item_type=item, min_length=least):
            return st.lists(_drawn(item, name), min_size=least or 0, max_size=3).map(tuple)
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(_drawn(key), _drawn(value), max_size=2)
        case inspect.UnionType(types=types):
            return st.one_of([_drawn(inner, name) for inner in types])
        case inspect.StructType(cls=kind, fields=fields):
            return st.builds(kind, **{f.name: _drawn(f.type, f.name) for f in fields})
        case _:
            return SIMPLE[type(described)]


def _facts(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    return _drawn(inspect.type_info(kind))


FACTS_OF = {
    name: st.one_of([_facts(kind) for tag, kind in FACTS.items() if tag.startswith(f"{name}.")])
    for name in AGGREGATES
    if name != "fact"
}
"""Any facts of one aggregate; those of a fact about a fact follow from these."""
FACTS_OF["role"] |= FACTS_OF["log"]  # authority is folded from both
CORRECTABLE = tuple(kind for kind in FACTS.values() if kind.correctable)
CORRECTABLE_FACTS = st.sampled_from(CORRECTABLE).flatmap(_facts)
