"""Damaged forms: read as far as they can be, every character accounted for, and nothing raised.

100 examples of each damage, 2,000 with ICHI_PROOF=1 (tests/conftest.py).
"""

import contextlib
from collections.abc import Callable
from functools import reduce
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.reports.form import Form
from shared.reports.reading import read_form, trace
from shared.reports.refusals import FiscalYearDiffers, NotAForm
from tests.reports.accounting import assert_accounted

ROOT = Path(__file__).parents[2]
SEEDS = sorted((ROOT.parent / "shared/seed").glob("*.txt")) or [ROOT / "tests/fixtures/form.tsv"]
REAL = SEEDS[0].read_text("utf-8")

NAMES = [
    o.name for form in [read_form(REAL.encode(), 2025)] for o in form.chairs + form.vice_chairs
]

Change = Callable[[str], str]
Damage = Callable[[list[list[str]]], None]
ODD = st.sampled_from(
    "0123456789０９一日月間、，,・（）()「」～〜~-ー延べのべ出店品事業所区から年度令和R"
    "\t\n\r\"'<>&;:：①㈪²　 \u200b\u3099\x00\u202e\ufeff𠮷"
)
CHARACTERS = ODD | st.characters(exclude_categories=["Cs"])
PLACES = st.integers(0, len(REAL) - 1)


def insert(place: int, new: str) -> Change:
    return lambda text: text[:place] + new + text[place:]


def delete(place: int) -> Change:
    return lambda text: text[:place] + text[place + 1 :]


def overwrite(place: int, new: str) -> Change:
    return lambda text: text[:place] + new + text[place + 1 :]


def double(place: int) -> Change:
    return lambda text: text[: place + 1] + text[place:]


def transpose(place: int) -> Change:
    return lambda text: text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


SLIPS = st.lists(
    st.one_of(
        st.builds(insert, PLACES, CHARACTERS),
        st.builds(delete, PLACES),
        st.builds(overwrite, PLACES, CHARACTERS),
        st.builds(double, PLACES),
        st.builds(transpose, PLACES),
    ),
    min_size=1,
    max_size=5,
)

ROWS = [line.split("\t") for line in REAL.split("\n")]
ROW = st.integers(0, len(ROWS) - 1)
CELL = st.tuples(ROW, st.integers(0, 7))


def drop_row(row: int) -> Damage:
    return lambda rows: rows[row].clear()


def double_row(row: int) -> Damage:
    return lambda rows: rows.insert(row, rows[row])


def swap_rows(one: int, other: int) -> Damage:
    def change(rows: list[list[str]]) -> None:
        rows[one], rows[other] = rows[other], rows[one]

    return change


def drop_cell(cell: tuple[int, int]) -> Damage:
    return lambda rows: rows[cell[0]].__delitem__(slice(cell[1], cell[1] + 1))


def double_cell(cell: tuple[int, int]) -> Damage:
    row, column = cell
    return lambda rows: rows[row].__setitem__(slice(column, column), rows[row][column : column + 1])


def swap_cells(one: tuple[int, int], other: tuple[int, int]) -> Damage:
    def change(rows: list[list[str]]) -> None:
        here, there = (rows[row][column : column + 1] for row, column in (one, other))
        rows[one[0]][one[1] : one[1] + 1] = there
        rows[other[0]][other[1] : other[1] + 1] = here

    return change


DAMAGES = st.lists(
    st.one_of(
        st.builds(drop_row, ROW),
        st.builds(double_row, ROW),
        st.builds(swap_rows, ROW, ROW),
        st.builds(drop_cell, CELL),
        st.builds(double_cell, CELL),
        st.builds(swap_cells, CELL, CELL),
    ),
    min_size=1,
    max_size=12,
)


def slipped(slips: list[Change]) -> str:
    return reduce(lambda text, slip: slip(text), slips, REAL)


@given(SLIPS)
def test_a_few_slips_of_the_hand_never_stop_the_reading(slips: list[Change]) -> None:
    data = slipped(slips).encode()
    form, cells = trace(data, 2025)
    assert_accounted(form, cells)
    assert_nameless(form)


@given(DAMAGES, SLIPS)
def test_rows_and_cells_gone_astray_are_read_or_refused_by_name(
    damages: list[Damage], slips: list[Change]
) -> None:
    rows = [row.copy() for row in ROWS]
    for damage in damages:
        damage(rows)
    text = reduce(lambda text, slip: slip(text), slips, "\n".join("\t".join(row) for row in rows))
    try:
        form, cells = trace(text.encode(), 2025)
    except (NotAForm, FiscalYearDiffers):
        return
    assert_accounted(form, cells)


@given(st.one_of(st.text(CHARACTERS), st.binary(), st.lists(CHARACTERS).map("".join)))
def test_anything_at_all_is_read_or_refused_by_name(anything: str | bytes) -> None:
    data = anything if isinstance(anything, bytes) else anything.encode()
    with contextlib.suppress(NotAForm, FiscalYearDiffers):
        read_form(data, 2025)


@given(st.text(CHARACTERS, max_size=60).filter(lambda text: "\t" not in text))
def test_any_cell_of_a_month_is_accounted_for(cell: str) -> None:
    quoted = cell.replace('"', '""')
    data = f'活動内容\n4月\t"区役所販売（3日間、{quoted}）、{quoted}"\t"{quoted}"'.encode()
    assert_accounted(*trace(data, 2025))


def assert_nameless(form: Form) -> None:
    """No name of an officer anywhere a fact could take it from."""
    facts = replace(form, chairs=(), vice_chairs=(), remarks=())
    kept = [remark.text for remark in form.remarks if not remark.personal]
    for name in NAMES:
        assert name not in repr(facts)
        assert not any(name in text for text in kept)
