"""名前（部分、部分）: the shape that months and officers share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lark import Token, Tree

from shared.reports.clauses import PARSER
from shared.reports.text import Folded

DEEPEST: Final = 20
MOST_PARTS: Final = 400
"""A real cell has a dozen; a cell with more brackets and commas than this is kept unread."""

UNPAIRED: Final = "\ue000"
"""Stands for a bracket without a partner, so that the rest of the cell can still be read."""

BULLETS: Final = r"・●○◯◎■□◆◇▪•*①-⑳"
_BULLETS: Final = re.compile(rf"[{BULLETS}\s]*")
SEPARATORS: Final = re.compile(rf"[{BULLETS}\s、。,;()]*")
_PARTS: Final = re.compile(r"[、,()。;\n]")


@dataclass(frozen=True)
class Named:
    """A name with its brackets, as stretches of a folded text without surrounding space.

    Brackets that follow no name have an empty one.
    """

    name: tuple[int, int]
    parts: tuple[tuple[int, int], ...]
    whole: tuple[int, int]


def pair_brackets(text: str) -> str | None:
    """Put `UNPAIRED` in the place of brackets without partner; None if they are far too many."""
    characters = list(text)
    open_brackets: list[int] = []
    for position, character in enumerate(text):
        if character == "(":
            open_brackets.append(position)
        elif character == ")" and open_brackets:
            open_brackets.pop()
        elif character == ")":
            characters[position] = UNPAIRED
        if len(open_brackets) > DEEPEST:
            return None
    for position in open_brackets:
        characters[position] = UNPAIRED
    return "".join(characters) if len(_PARTS.findall(text)) <= MOST_PARTS else None


def names_with_brackets(cell: Folded, paired: str) -> Iterator[Named]:
    """Find names, their brackets and the parts inside; `paired` is the cell's own text."""
    for node in _trees(PARSER.parse(paired, start="cell")):
        whole = cell.trim(*_extent(node))
        if node.data == "bracket":
            yield Named((whole[0], whole[0]), (), whole)
            continue
        name, *brackets = _trees(node)
        start, end = cell.trim(*_extent(name))
        if bullets := _BULLETS.match(paired, start, end):
            start = bullets.end()
        parts = [cell.trim(*_extent(part)) for bracket in brackets for part in _trees(bracket)]
        if brackets or start < end:
            yield Named((start, end), tuple(part for part in parts if part[0] < part[1]), whole)


def _trees(node: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in node.children if isinstance(child, Tree)]


def _extent(node: Tree[Token]) -> tuple[int, int]:
    return node.meta.start_pos, node.meta.end_pos
