"""Folding: reading a cell without minding how wide, how spaced or how marked up it was typed."""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

BLOCK_TAG = r"</?(?:p|br|div|li|ul|ol|tr|td)(?:[\s/][^<>]{0,200})?>"
INLINE_TAG = r"</?(?:span|b|i|u|s|em|strong|font|a|small|sup|sub)(?:[\s/][^<>]{0,200})?>"
ENTITY = r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,8});"
# A base character with what combines with it: a kana and its (half-width) voicing mark are one.
CLUSTER = r".[\u0300-\u036f\u3099\u309a\uff9e\uff9f\ufe00-\ufe0f\U000e0100-\U000e01ef]*"

_PIECES = re.compile(f"{BLOCK_TAG}|{INLINE_TAG}|{ENTITY}|\r\n|{CLUSTER}", re.IGNORECASE | re.DOTALL)
_BLOCK_TAG = re.compile(BLOCK_TAG, re.IGNORECASE)
_ENTITY = re.compile(ENTITY, re.IGNORECASE)
_INLINE_TAG = re.compile(INLINE_TAG, re.IGNORECASE)
# No such character can be printed, and some (direction overrides) make a text read as another.
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]"
)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")
# NFKC would make a 2 of ² and of ②, and a bracket of ㈱: figures and brackets nobody wrote.
_ORNAMENTS = ("<super>", "<sub>", "<circle>", "<fraction>")
WEEKDAYS = frozenset("月火水木金土日")


@dataclass(frozen=True)
class Folded:
    """A cell's text as typed and as understood.

    `starts[i]` is where in `source` the thing begins that became `text[i]`; it has one more entry
    than `text`, so that any stretch of `text` maps to one of `source`, and stretches that tile the
    one tile the other.
    """

    source: str
    text: str
    starts: tuple[int, ...]

    @cached_property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def whole(self) -> tuple[int, int]:
        return 0, len(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of `text` stands in `source`."""
        return self.starts[start], self.starts[end]

    def original(self, start: int, end: int) -> str:
        """Give a stretch of `text` in its own characters, without tags and surrounding space."""
        first, last = self.span(start, end)
        return plain(self.source[first:last])

    def splits(self, position: int) -> bool:
        """Whether what begins at a position of `text` is the rest of one thing (the 式 of ㍿)."""
        return 0 < position < len(self.text) and self.starts[position] == self.starts[position - 1]

    def trim(self, start: int, end: int) -> tuple[int, int]:
        """Leave out white space at both ends of a stretch of `text`."""
        piece = self.text[start:end]
        start += len(piece) - len(piece.lstrip())
        return start, start + len(piece.strip())


def fold(source: str) -> Folded:
    """Fold widths (NFKC), line ends, tags and entities, and leave out what cannot be seen."""
    pieces = [(match.start(), _fold_piece(match[0])) for match in _PIECES.finditer(source)]
    starts = [start for start, piece in pieces for _ in piece]
    if starts:
        starts[0] = 0
    return Folded(source, "".join(piece for _, piece in pieces), (*starts, len(source)))


def key(folded: str) -> str:
    """Give folded words for comparing: without white space or a closing colon."""
    return re.sub(r"\s+", "", folded).rstrip(":")


def plain(text: str) -> str:
    """Strip tags, entities and what cannot be printed; every other character stays as typed.

    Line ends become LF and tabs spaces: no text may tear the table it is printed in.
    """
    text = _INLINE_TAG.sub("", _BLOCK_TAG.sub("\n", text))
    text = _LINE_END.sub("\n", _ENTITY.sub(_unescape, text)).replace("\t", " ")
    return _UNPRINTABLE.sub("", text).strip()


def unprintable(text: str) -> bool:
    """Whether `plain` takes characters out of this text that no reader could have seen."""
    return _UNPRINTABLE.search(text) is not None


def lines(cell: Folded) -> list[tuple[int, int]]:
    """Give the stretches of `cell.text` between line ends and paragraph tags that hold anything."""
    parts = cell.text.split("\n")
    starts = accumulate((len(part) + 1 for part in parts), initial=0)
    trimmed = [
        cell.trim(start, start + len(part)) for start, part in zip(starts, parts, strict=False)
    ]
    return [(start, end) for start, end in trimmed if start < end]


def _unescape(entity: re.Match[str]) -> str:
    return html.unescape(entity[0])


@lru_cache(maxsize=8192)
def _fold_piece(piece: str) -> str:
    if _BLOCK_TAG.fullmatch(piece):
        return "\n"
    if _INLINE_TAG.fullmatch(piece):
        return ""
    if piece.startswith("&") and piece.endswith(";"):
        piece = html.unescape(piece)
    piece = _LINE_END.sub("\n", _INVISIBLE.sub("", _UNPRINTABLE.sub("", piece)))
    folded = unicodedata.normalize("NFKC", piece)
    ornament = piece != "" and unicodedata.decomposition(piece[0]).startswith(_ORNAMENTS)
    bracketed = folded.startswith("(") and len(folded) > 1
    if not ornament and not bracketed:
        return folded
    weekday = folded.strip("()")
    return f"{weekday}曜" if weekday in WEEKDAYS else piece  # ㊊ and ㈪
