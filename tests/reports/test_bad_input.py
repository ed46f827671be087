"""What is no form gets one clear answer, at once and in little memory."""

import io
import tracemalloc
import zipfile

import openpyxl
import pytest

from shared.errors import Invalid
from shared.reports.reading import read_form
from shared.reports.refusals import FormTooLarge, NotAForm

MB = 1024 * 1024
OPENING = "活動内容\n4月\t".encode()


def archive(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file.getvalue()


def workbook(sheet: bytes) -> bytes:
    """Put other XML into a sound workbook."""
    book, file = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(book)
    with zipfile.ZipFile(book) as sound, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sound.namelist():
            packed.writestr(name, sheet if name.endswith("sheet1.xml") else sound.read(name))
    return file.getvalue()


SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b"%s</sheetData></worksheet>"
)
ROW = b'<row r="%d">%s</row>'
CELL = b'<c r="A1" t="inlineStr"><is><t>%s</t></is></c>'
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + SHEET % (ROW % (1, CELL % b"&b;"))
)


CORPUS: list[tuple[bytes, type[Invalid]]] = [
    (b"", NotAForm),
    (b"\n\n\t\n", NotAForm),
    (b"\xef\xbb\xbf", NotAForm),
    ("こんにちは".encode(), NotAForm),
    ("名前\t点数\n甲山\t80\n".encode(), NotAForm),
    ("部会名：\t\t販売部会\n構成機関\t".encode(), NotAForm),
    ("4月\t区役所販売（3日間）".encode(), NotAForm),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", NotAForm),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", NotAForm),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), NotAForm),
    (bytes(range(256)) * 16, NotAForm),
    (b"\xff\xfe\x00\xd8\x00\xd8", NotAForm),
    (b"PK\x03\x04", NotAForm),
    (archive(readme=b"hello"), NotAForm),
    (workbook(b""), NotAForm),
    (workbook(b"<worksheet>"), NotAForm),
    (workbook(SHEET % b""), NotAForm),
    (workbook(SHEET % b'<row r="x"><c r="?"><v>1</v></c></row>'), NotAForm),
    (workbook(ENTITIES), NotAForm),
    (workbook(SHEET % (ROW % (1, CELL % (b"x" * 25 * MB)))), FormTooLarge),
    (workbook(SHEET % (ROW % (200_000, b'<c r="A1"/>'))), NotAForm),
    (workbook(SHEET % (ROW % (200_000, CELL % b"x"))), FormTooLarge),
    (workbook(SHEET % (b"<row><c/></row>" * MB)), FormTooLarge),
    (workbook(SHEET % (b"<row><c/></row>" * 8_000)), NotAForm),
    (b"x" * 10 * MB, FormTooLarge),
    (OPENING + b"\t" * 4 * MB, FormTooLarge),
    (OPENING + b"\n" * 4 * MB, FormTooLarge),
    (OPENING + b"x\t\n" * MB, FormTooLarge),
    (OPENING + b"(" * 200_000, FormTooLarge),
    (OPENING + b"(" * 100_000 + b")" * 100_000, FormTooLarge),
    (OPENING + (b"x" * 30_000 + b"\n") * 100, FormTooLarge),
    (OPENING + b'\t"x' * MB, FormTooLarge),
]


@pytest.mark.parametrize(("data", "refusal"), CORPUS)
def test_one_clear_message_at_once(data: bytes, refusal: type[Invalid]) -> None:
    with pytest.raises(refusal) as refused:
        read_form(data, 2025)
    assert refused.value.message.endswith(("ください", "）"))


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 10 * MB,
        OPENING + b"\t" * 4 * MB,
        OPENING + b"\n" * 4 * MB,
        workbook(SHEET % (b"<row><c/></row>" * MB)),
        workbook(SHEET % (b"<row>" + b"<c/>" * 4 * MB + b"</row>")),
        workbook(SHEET % (ROW % (1, CELL % (b"x" * 19 * MB)))),
    ],
)
def test_in_little_memory(data: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(FormTooLarge):
        read_form(data, 2025)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150 * MB


@pytest.mark.parametrize(
    "cell",
    [
        "（" * 20 + "）" * 20,
        "（" * 32_000,
        "（）" * 16_000,
        "、" * 32_000,
        "・" * 32_000,
        " " * 32_000,
        "\u3099" * 32_000,
        "販売（" + "1、" * 390 + "）",
        "販売（" + "16日・" * 7_000 + "）",
        "販売（" + "が" * 32_000 + "）",
        "販売（" + "がを" * 140 + "）",
        "販売（" + "区" * 32_000 + "）",
        "販売（" + "1" * 32_000 + "日）",
        "<p" * 16_000,
        "&amp" * 8_000,
        "&#" * 16_000,
        "<p>" * 10_000,
    ],
)
def test_no_cell_takes_long(cell: str) -> None:
    year = "".join(f"\n{month}月\t{cell}\t\t\t\t\t\t{cell}" for month in range(1, 8))
    form = read_form(f"活動内容{year}\n|運営上の課題<br>{cell}"[:400_000].encode(), 2025)
    assert form.months


def test_a_form_cut_off_is_read_as_far_as_it_goes(fixture_form: bytes) -> None:
    whole = read_form(fixture_form, 2025)
    for end in range(
        fixture_form.index("5月\t".encode()), fixture_form.index("10月\t".encode()), 97
    ):
        cut = read_form(fixture_form[:end], 2025)
        assert whole.months[: len(cut.months) - 1] == cut.months[:-1]
        assert "reading.month_missing" in {warning.rule for warning in cut.warnings}
