"""The upper part of the form: labels (部会名 … 年間目標) with a value beside each."""

import re
from collections.abc import Sequence
from typing import Final

from shared.reports.form import CHAIR, GOAL, MEMBERS, NAME, TOTAL, VICE_CHAIR, Officer
from shared.reports.labels import PAIRED, inline_label, label_of
from shared.reports.ledger import Cell, Ledger
from shared.reports.marks import Mark
from shared.reports.officers import read_officers

OTHERS: Final = (NAME, CHAIR, VICE_CHAIR, GOAL)
"""The labels whose value is no count."""
LONGEST_NAME: Final = 100
LONGEST_TEXT: Final = 10_000
_COUNT: Final = re.compile(r"([0-9]{1,4})\s*(?:[かカヵけケヶ箇個]所|事業所|団体|機関|名|人)?")


class Head:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._in_members = False
        self.name: str | None = None
        self.officers: dict[str, list[Officer]] = {CHAIR: [], VICE_CHAIR: []}
        self.members: dict[str, int] = {}
        self.total: int | None = None
        self.goal: str | None = None

    def read_labelled(self, cells: Sequence[Cell]) -> bool:
        """Read the row if it holds a label of this part, and say whether it does."""
        labels = {label_of(cell) for cell in cells}
        if MEMBERS in labels:
            self._in_members = True
        if GOAL in labels:
            self._in_members = False
        if not labels & {MEMBERS, *PAIRED} and not any(inline_label(cell) for cell in cells):
            return False
        self._read_row(cells)
        return True

    def read_further(self, cells: Sequence[Cell]) -> None:
        """Below 構成機関 a row may hold nothing but kinds the form does not have."""
        if self._in_members:
            self._read_row(cells)

    def _read_row(self, cells: Sequence[Cell]) -> None:
        """Read labels and values from left to right.

        Values are found by order, not by column: rows slip (社会福祉協議会 does in the real form).
        A label has one value; further cells stay unread.
        """
        waiting: str | None = None
        for cell, following in zip(cells, [*cells[1:], None], strict=True):
            label = label_of(cell)
            if label is not None:
                self._ledger.label(cell)
                waiting = label if label in PAIRED else None
            elif inline := inline_label(cell):
                self._ledger.enter(cell, Mark(0, inline[1], "label"))
                self._read_value(inline[0], cell, inline[1])
                waiting = None
            elif self._in_members and _is_kind(cell, following) and waiting not in OTHERS:
                waiting = self._new_kind(cell)
            elif waiting is not None:
                self._read_value(waiting, cell, 0)
                waiting = None

    def _new_kind(self, cell: Cell) -> str:
        name = cell.folded.original(*cell.folded.whole)
        self._ledger.enter(cell, Mark(*cell.folded.whole, "fact"))
        self._ledger.warn(
            f"{MEMBERS} {name}",
            "reading.unknown_member_kind",
            f"{MEMBERS}の「{name}」は様式にない区分です。数はそのまま記録しました。"
            "区分の名前に間違いがないか確かめてください",
        )
        return name

    def _read_value(self, label: str, cell: Cell, start: int) -> None:
        stretch = cell.folded.trim(start, len(cell.folded.text))
        text = cell.folded.original(*stretch)
        self._ledger.name(cell, _place(label), personal=label in self.officers)
        fact = Mark(*stretch, "fact")
        if label in self.officers:
            officers, marks = read_officers(cell.folded, start)
            self.officers[label] += officers
            self._ledger.enter(cell, *marks)
        elif label == NAME and self.name is None and len(text) <= LONGEST_NAME:
            self.name = text
            self._ledger.enter(cell, fact)
        elif label == GOAL and self.goal is None and len(text) <= LONGEST_TEXT:
            self.goal = text
            self._ledger.enter(cell, fact)
        elif label not in OTHERS and (count := _count(cell.folded.text[start:])) is not None:
            self._read_count(label, cell, fact, count)

    def _read_count(self, kind: str, cell: Cell, fact: Mark, count: int) -> None:
        if kind == TOTAL and self.total is None:
            self.total = count
        elif kind != TOTAL and kind not in self.members:
            self.members[kind] = count
        else:
            return
        self._ledger.enter(cell, fact)


def _is_kind(cell: Cell, following: Cell | None) -> bool:
    """Whether an unknown text with a count beside it stands where a member kind would."""
    return (
        following is not None
        and _count(following.folded.text) is not None
        and _count(cell.folded.text) is None
        and len(cell.source) <= LONGEST_NAME
    )


def _count(text: str) -> int | None:
    count = _COUNT.fullmatch(text.strip())
    return int(count[1]) if count else None


def _place(label: str) -> str:
    return label.rstrip("：") if label in OTHERS else f"{MEMBERS} {label}"
