"""The whole form in its layout of eight columns.

An unread remark from outside the twelve months has no place in it: the other formats show it.
"""

import re

from shared.reports import form
from shared.reports.form import COLUMNS, MEMBER_KINDS, MEMBER_ROWS, Form
from shared.reports.wording import activities, meeting_days, officers_text

ENTITY = re.compile(r"&(?=#?\w+;)")


def rows(filled: Form) -> list[list[str]]:
    """The form's cells, row by row; merged cells are blanks, and two empty rows come first."""
    return [
        [],
        [],
        *(_row(cells) for cells in _head(filled)),
        *(_row(cells) for cells in _members(filled)),
        _row({0: form.GOAL, 1: filled.goal or ""}),
        _row({0: form.MONTH, 1: form.ACTIVITIES, form.MEETING_COLUMN: form.MEETING_DAYS}),
        *(
            _row(
                {
                    0: f"{int(row.month[5:])}月",
                    1: activities(row),
                    form.MEETING_COLUMN: meeting_days(row),
                }
            )
            for row in filled.months
        ),
        _tagged({0: form.COOPERATION, 1: _paragraphs([form.ACHIEVEMENTS, *filled.achievements])}),
        _tagged({1: _paragraphs([form.ISSUES, *map(_issue, filled.issues)])}),
        _row({0: form.PRACTICES, form.SHARED_ISSUES_COLUMN: form.SHARED_ISSUES}),
        _tagged(
            {0: _lines(filled.practices), form.SHARED_ISSUES_COLUMN: _lines(filled.shared_issues)}
        ),
    ]


def tsv(filled: Form) -> str:
    """The rows as tab-separated text, as the form is handed round: LF, no line end at the end."""
    return "\n".join("\t".join(map(_one_line, cells)) for cells in rows(filled))


def member_cells(filled: Form) -> list[tuple[str, int | None]]:
    """Every kind of 構成機関 with its count, None where the form leaves it blank."""
    kinds = (*MEMBER_KINDS, *(kind for kind in filled.members if kind not in MEMBER_KINDS))
    return [(kind, filled.members.get(kind)) for kind in kinds]


def _head(filled: Form) -> list[dict[int, str]]:
    return [
        {0: form.NAME, 2: filled.name or ""},
        {
            0: form.CHAIR,
            2: officers_text(filled.chairs),
            4: form.VICE_CHAIR,
            6: officers_text(filled.vice_chairs),
        },
    ]


def _members(filled: Form) -> list[dict[int, str]]:
    """The last row begins one column to the left and ends with 合計; a ward's own kinds before."""
    own = [kind for kind in filled.members if kind not in MEMBER_KINDS]
    extra = [tuple(own[n : n + 3]) for n in range(0, len(own), 3)]
    found = [_kinds(kinds, 1, filled) for kinds in (*MEMBER_ROWS[:-1], *extra)]
    found[0][0] = form.MEMBERS
    last = _kinds(MEMBER_ROWS[-1], 0, filled)
    total = filled.members_total
    last |= {4: form.TOTAL, 5: "" if total is None else str(total)}
    return [*found, last]


def _kinds(kinds: tuple[str, ...], first: int, filled: Form) -> dict[int, str]:
    cells: dict[int, str] = {}
    for n, kind in enumerate(kinds):
        cells[first + 2 * n] = kind
        cells[first + 2 * n + 1] = str(filled.members.get(kind, ""))
    return cells


def _row(cells: dict[int, str]) -> list[str]:
    return _tagged({column: _escaped(text) for column, text in cells.items()})


def _tagged(cells: dict[int, str]) -> list[str]:
    return [cells.get(column, "") for column in range(COLUMNS)]


def _issue(text: form.NumberedText) -> str:
    return text.text if text.number is None else f"{text.number}. {text.text}"


def _paragraphs(texts: list[str]) -> str:
    return " ".join(f"<p>{_escaped(text)}</p>" for text in texts)


def _lines(texts: tuple[str, ...]) -> str:
    if len(texts) > 1:
        return _paragraphs(list(texts))
    return "".join(map(_escaped, texts))


def _escaped(text: str) -> str:
    """Only what a reader of the form would take for a tag or an entity."""
    return ENTITY.sub("&amp;", text).replace("<", "&lt;")


def _one_line(cell: str) -> str:
    return re.sub(r"\r\n|[\r\n]", "<br>", cell).replace("\t", " ")
