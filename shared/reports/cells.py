"""Bytes to a grid of text cells, from tab-separated text or a workbook."""

import codecs
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import Final

from shared.errors import Invalid
from shared.reports.refusals import FormTooLarge, NotAForm
from shared.reports.workbook import read_sheets

Grid = tuple[tuple[str, ...], ...]

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_CHARACTERS_IN_A_CELL: Final = 32_767
"""Excel's own limit."""
MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 256
MOST_CELLS: Final = 5_000
MOST_CHARACTERS: Final = 500_000
"""A real form has some 60 rows, 200 filled cells and 5,000 characters."""

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0"
_OLD_EXCEL: Final = (
    "古い形式（.xls）か、パスワード付きのファイルです。"
    "Excel で開き、パスワードなしの「.xlsx」で保存し直してから指定してください"
)
_LONG_CELL: Final = (
    f"一つのセルの文字数が Excel の上限（{MOST_CHARACTERS_IN_A_CELL:,} 文字）を超えています。"
    "様式以外の内容が貼り付けられていないか確かめてください"
)
# A quoted cell may hold line ends and doubled quotes, as Excel copies it; with a tab inside it is
# no quoted cell but a stray quote, which must not swallow the rest of the form.
_CELL: Final = re.compile(r'"((?:[^"\t]++|"")*+)"(?=[\t\r\n]|\Z)|([^\t\r\n]*)')


def read_grids(data: bytes) -> list[Grid]:
    """Read every sheet that could be the form; text is one sheet.

    Raises NotAForm or FormTooLarge.
    """
    if len(data) > MOST_BYTES:
        raise FormTooLarge
    if data.startswith(OLE):
        raise NotAForm(_OLD_EXCEL)
    if not data.startswith(ZIP):
        text = _decode(data)
        if text.count("\n") + text.count("\r") > 2 * MOST_ROWS:
            raise FormTooLarge
        return [_bounded(_rows(text))]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about features of Excel that no form needs
            return [_bounded(sheet) for sheet in read_sheets(data)]
    except Invalid:
        raise
    except Exception:  # noqa: BLE001  # openpyxl raises anything on a workbook it cannot read
        raise NotAForm from None


def _bounded(rows: Iterable[list[str]]) -> Grid:
    grid: list[tuple[str, ...]] = []
    cells = characters = 0
    for number, row in enumerate(rows):
        if not row:
            continue
        filled = [len(cell) for cell in row if cell]
        cells += len(filled)
        characters += sum(filled)
        if max(filled, default=0) > MOST_CHARACTERS_IN_A_CELL:
            raise FormTooLarge(_LONG_CELL)
        if len(row) >= MOST_COLUMNS or cells > MOST_CELLS or characters > MOST_CHARACTERS:
            raise FormTooLarge
        if filled and number >= MOST_ROWS:
            raise FormTooLarge
        if filled:
            grid += [()] * (number - len(grid))
            grid.append(tuple(row))
    return tuple(grid)


def _decode(data: bytes) -> str:
    """UTF-8, CP932 or Excel's "Unicode text"; a character cut off at the end is let go."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp932"]
    for encoding in encodings:
        try:
            return codecs.getincrementaldecoder(encoding)().decode(data)
        except UnicodeDecodeError:
            continue
    raise NotAForm


def _rows(text: str) -> Iterator[list[str]]:
    """Split at tabs and line ends (LF, CRLF, CR) outside quoted cells."""
    row: list[str] = []
    position = 0
    while cell := _CELL.match(text, position):  # always: a cell may be empty
        row.append(cell[2] if cell[1] is None else cell[1].replace('""', '"'))
        position = cell.end()
        if text.startswith("\t", position) and len(row) < MOST_COLUMNS:
            position += 1
            continue
        yield row
        if position == len(text):
            return
        position += 2 if text.startswith("\r\n", position) else 1
        row = []
