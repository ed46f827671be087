"""Encodings, line ends, quoting and workbooks: the same form comes out of each."""

import io
import re
from collections.abc import Callable
from datetime import datetime, time

import openpyxl
import pytest

from shared.reports.form import Form
from shared.reports.reading import read_form

Workbook = Callable[[list[list[object]]], Form]


def quoted(text: str) -> str:
    """Quote the cells with paragraphs as Excel does when they hold line breaks."""
    return re.sub(
        r"[^\t\n]*<p>[^\t\n]*", lambda m: '"' + m[0].replace("</p> <p>", "\n") + '"', text
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("cp932"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("\n", "\r\n").encode("cp932"),
        lambda text: quoted(text).encode(),
        lambda text: quoted(text).replace("\n", "\r\n").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: re.sub(r"\t+(?=\n)", "", text).encode(),
        lambda text: text.replace("\n", "\t\t\n\t\n").encode(),
        lambda text: text.replace("</p> <p>", "<br>").encode(),
        lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")).encode(),
        lambda text: text.replace("（", "(").replace("）", ")").encode(),
    ],
    ids=[
        "UTF-8 with BOM", "CP932", "UTF-16", "CRLF", "CR", "CP932 with CRLF", "quoted",
        "quoted with CRLF", "no last line end", "no trailing tabs", "blank rows and columns",
        "br", "full-width digits", "half-width brackets",
    ],
)  # fmt: skip
def test_the_same_form_comes_out(fixture_form: bytes, change: Callable[[str], bytes]) -> None:
    def folded(data: bytes) -> str:
        return repr(read_form(data, 2025)).translate(
            str.maketrans("０１２３４５６７８９（）", "0123456789()")
        )

    assert folded(change(fixture_form.decode())) == folded(fixture_form)


def test_cp932_reads_the_wave_dash_too(fixture_form: bytes) -> None:
    text = fixture_form.decode().replace("～", "〜")
    assert read_form(text.encode(), 2025).months == read_form(fixture_form, 2025).months


def test_a_stray_quote_swallows_nothing(fixture_form: bytes) -> None:
    text = fixture_form.decode().replace("\t自主製品販売部会", '\t"自主製品販売部会')
    form = read_form(text.encode(), 2025)
    assert form.months == read_form(fixture_form, 2025).months
    assert form.name == '"自主製品販売部会'


@pytest.fixture
def workbook() -> Workbook:
    """Read a workbook with one month; a cell may be a pair of value and number format."""

    def read(rows: list[list[object]]) -> Form:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["活動内容"])
        for number, row in enumerate(rows, 2):
            for column, value in enumerate(row, 1):
                plain, shown = value if isinstance(value, tuple) else (value, None)
                cell = sheet.cell(number, column, plain)
                cell.number_format = shown or cell.number_format
        file = io.BytesIO()
        book.save(file)
        return read_form(file.getvalue(), 2025)

    return read


@pytest.mark.parametrize(
    ("cell", "days", "unread"),
    [
        ((datetime(2025, 4, 15), 'd"日"'), [15], []),
        ((datetime(2025, 4, 15), 'm"月"d"日"'), [15], []),
        ((datetime(2025, 4, 15), "yyyy/mm/dd"), [15], []),
        ((datetime(2025, 4, 15), "mm-dd-yy"), [15], []),
        ((datetime(2025, 4, 15), "[$-411]ge.m.d"), [15], []),
        # Typed as 4/15 a year later: the cell does not show the year Excel put there.
        ((datetime(2026, 4, 15), 'm"月"d"日"'), [15], []),
        ((datetime(2026, 4, 15), "yyyy/mm/dd"), [], ["2026年4月15日"]),
        ((datetime(2025, 5, 15), 'm"月"d"日"'), [], ["5月15日"]),
        ((datetime(2025, 4, 15, 14), "yyyy/m/d h:mm"), [15], ["14時"]),
        ((datetime(2025, 4, 15, 14, 30), 'm"月"d"日" h:mm'), [15], ["14時30分"]),
        ((datetime(2025, 4, 15, 14), 'm"月"d"日"'), [15], []),
        ((time(14, 0), "h:mm"), [], ["14時"]),
        (15, [15], []),
        (15.0, [15], []),
        ("15日", [15], []),
        (15.5, [], ["15.5"]),
        (True, [], ["True"]),
    ],
)
def test_a_date_cell_means_the_day_it_shows(
    workbook: Workbook, cell: object, days: list[int], unread: list[str]
) -> None:
    form = workbook([["4月", "区役所販売（3日間）", None, None, None, None, None, cell]])
    assert [day.day for day in form.months[0].meeting_days] == days
    assert [remark.text for remark in form.remarks] == unread


def test_numbers_may_be_text_or_have_a_point(workbook: Workbook) -> None:
    form = workbook([["構成機関", "医療機関", "17", "大学等", 1.0, "合計", 18], ["4月"]])
    assert form.members == {"医療機関": 17, "大学等": 1}
    assert form.members_total == 18


def test_a_formula_without_its_result_is_kept_unread(workbook: Workbook) -> None:
    form = workbook([["構成機関", "医療機関", 17, "合計", "=SUM(C2)"], ["4月"]])
    assert form.members_total is None
    assert [(remark.cell, remark.text) for remark in form.remarks] == [
        ("構成機関 合計", "=SUM(C2)")
    ]


def test_other_sheets_are_not_passed_over_in_silence(fixture_workbook: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(fixture_workbook), data_only=True)
    book.create_sheet("表紙", 0)
    blank, noted = io.BytesIO(), io.BytesIO()
    book.save(blank)
    book["表紙"]["A1"] = "提出用"
    book.save(noted)
    assert read_form(blank.getvalue(), 2025) == read_form(fixture_workbook, 2025)
    (warning,) = read_form(noted.getvalue(), 2025).warnings
    assert warning.rule == "reading.other_sheets"
