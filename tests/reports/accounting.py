"""Checks that every character of a form became a fact, a label, a separator or an unread remark."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from shared.reports.brackets import SEPARATORS
from shared.reports.facts import unread_in
from shared.reports.form import Form
from shared.reports.heading import TITLE
from shared.reports.labels import find_month, inline_label, label_of
from shared.reports.ledger import Cell
from shared.reports.reading import CellTrace
from shared.reports.text import fold, plain

NUMBERING = re.compile(r"\(?[0-9]{1,2}\s*[).:、]?|[①-⑳⑴-⑽]")


SAID_BY_KIND = {"会計監査", "出店", "出展", "参加", "出品", "出品のみ", "出品だけ"}
"""Words that a form says by the kind of an item or by `goods_only`."""


def assert_accounted(form: Form, cells: Iterable[CellTrace]) -> None:
    strings, numbers = said_by(form)
    unread = []
    for cell in cells:
        assert_tiles(cell)
        for start, end, role in cell.segments:
            text = cell.text[start:end]
            if role == "remark":
                unread.append(plain(text))
            elif role == "separator":
                assert SEPARATORS.fullmatch(fold(text).text), text
            elif role == "label":
                assert is_label(text), text
            else:
                assert is_said(text, strings, numbers), text
    kept = [remark.text for remark in form.remarks]
    assert unread == kept
    for item in (item for month in form.months for item in month.items):
        for text in unread_in(item):
            assert text in kept


def assert_tiles(cell: CellTrace) -> None:
    end = 0
    for segment in cell.segments:
        assert segment.start == end < segment.end
        end = segment.end
    assert end == len(cell.text)


def is_label(text: str) -> bool:
    cell = Cell(0, 0, text)
    inline = inline_label(Cell(0, 0, text + "x"))
    return bool(
        label_of(cell)
        or find_month([cell]) is not None
        or inline
        or NUMBERING.fullmatch(cell.folded.text.strip())
        or TITLE.fullmatch(cell.folded.text)
    )


def is_said(text: str, strings: set[str], numbers: set[int]) -> bool:
    """A text stands in the form as it is; of a clause, all its numbers and none of its words do."""
    if plain(text) in strings | SAID_BY_KIND:
        return True
    written = re.findall(r"[0-9]+", fold(text).text)
    return bool(written) and all(int(number) in numbers for number in written)


def said_by(form: Form) -> tuple[set[str], set[int]]:
    """Give all texts and numbers of a form, dates by year, month, day and era."""
    strings: set[str] = set()
    numbers: set[int] = set()

    def collect(value: Any) -> None:  # noqa: ANN401
        match value:
            case str() if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", value):
                year, *rest = map(int, value.split("-"))
                numbers.update([year, year - 2018, *rest])
            case str():
                strings.add(value)
            case int():
                numbers.add(value)
            case dict():
                collect([*value.keys(), *value.values()])
            case list() | tuple():
                for part in value:
                    collect(part)

    collect(msgspec.to_builtins(form))
    numbers.add(form.fiscal_year - 2018)
    return strings, numbers
