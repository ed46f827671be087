"""The sheets of an Excel workbook as text cells: what a person sees in them."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import count
from typing import Final

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from shared.reports.refusals import FormTooLarge

MOST_UNPACKED: Final = 20 * 1024 * 1024
MOST_ROWS_LOOKED_AT: Final = 1_200_000
MOST_TAGS: Final = 100_000
"""A thousand formatted rows of 26 columns have 60,000."""

_LITERALS: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_CLOCK: Final = re.compile(r"h+:?m*(:?s+)?")


def read_sheets(data: bytes) -> Iterator[Iterator[list[str]]]:
    """Give each sheet's rows; merged cells are blank but for their first, formulas their results.

    Raises FormTooLarge, or whatever openpyxl stumbles over.
    """
    _refuse_bombs(data)
    results = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    looked_at = count()
    for seen, typed in zip(results.worksheets, formulas.worksheets, strict=True):
        # Some programs store a wrong extent; without one, openpyxl reads what is there.
        seen.reset_dimensions()
        typed.reset_dimensions()
        yield _rows(seen, typed, looked_at)


def _rows(seen: Worksheet, typed: Worksheet, looked_at: Iterator[int]) -> Iterator[list[str]]:
    # Formatted but empty rows often go on to the last one Excel has: pass over them lightly.
    sources = typed.iter_rows(values_only=True)
    for cells, row, number in zip(seen.iter_rows(), sources, looked_at, strict=False):
        if number > MOST_ROWS_LOOKED_AT:
            raise FormTooLarge
        yield (
            [
                _text(cell.value, cell.number_format) or _formula(source)
                for cell, source in zip(cells, row, strict=True)
            ]
            if cells
            else []
        )


def _refuse_bombs(data: bytes) -> None:
    """Look before openpyxl does, which builds a tree of whatever a sheet holds."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > MOST_UNPACKED:
            raise FormTooLarge
        if sum(archive.read(member).count(b"<") for member in members) > MOST_TAGS:
            raise FormTooLarge


def _formula(value: object) -> str:
    """Give a formula whose result the file does not hold, as typed: unread is better than blank."""
    return value if isinstance(value, str) and value.startswith("=") else ""


def _text(value: object, number_format: str | None) -> str:
    match value:
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return _date(value, number_format or "")
        case date():
            return _date(datetime.combine(value, time()), number_format or "")
        case time():
            return _clock(value)
        case _:
            return "" if value is None else str(value)


def _date(value: datetime, number_format: str) -> str:
    """Write a date as its cell shows it: a year that is not shown is often not the one meant."""
    shown = _LITERALS.sub("", number_format).lower()
    shown, clocks = _CLOCK.subn("", shown)
    if "d" not in shown:
        shown = "ymd"
    year = f"{value.year}年" if re.search("[yge]", shown) else ""
    month = f"{value.month}月" if year or "m" in shown else ""
    return f"{year}{month}{value.day}日{_clock(value.time()) if clocks else ''}"


def _clock(value: time) -> str:
    return f"{value.hour}時{value.minute}分" if value.minute else f"{value.hour}時"
