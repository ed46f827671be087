"""Draw a report: text, tsv, json, html."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.reports import layout
from shared.reports.document import Document
from shared.reports.wording import activities, meeting_days, officers_text

TEMPLATES = Path(__file__).parent / "templates"
REIWA = 2018
"""令和 n 年 is 2018 + n."""
GUESTS_INSIDE = "ゲスト出店は、受け入れた区の事業所数・延に含めて数えています。"
GUESTS_BESIDE = "ゲスト出店は、受け入れた区の事業所数・延に含めず、別に記しています。"

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

STYLE = (TEMPLATES / "report.css").read_text(encoding="utf-8")
STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""What a Content-Security-Policy has to allow for the drawn page, which needs nothing else."""


def year_text(fiscal_year: int) -> str:
    """令和7年度（2025年度）; years before 令和 in western years only."""
    if fiscal_year <= REIWA:
        return f"{fiscal_year}年度"
    number = fiscal_year - REIWA
    return f"令和{'元' if number == 1 else number}年度（{fiscal_year}年度）"


def rule_text(document: Document) -> str:
    """The counting rule that the figures follow, printed with them."""
    return GUESTS_INSIDE if document.sales.guests_inside else GUESTS_BESIDE


def state_text(document: Document) -> str:
    """Which state of the log is drawn."""
    if document.as_of is None:
        return f"{document.position}件目までの記録による"
    if isinstance(document.as_of, datetime):
        moment = document.as_of.isoformat(sep=" ", timespec="minutes")
        return f"{moment} の時点（{document.position}件目まで）の記録による"
    return f"{document.position}件目の時点の記録による"


def text(document: Document) -> bytes:
    """The report to read: head, twelve months, free text, counting rule."""
    form = document.form
    members = "、".join(f"{kind} {count}" for kind, count in form.members.items())
    total = "" if form.members_total is None else f"（合計 {form.members_total}）"
    blocks = [
        " ".join(
            filter(None, [document.ward, form.name, "活動報告", year_text(document.fiscal_year)])
        ),
        "\n".join(
            [
                f"部会長: {officers_text(form.chairs)}",
                f"副部会長: {officers_text(form.vice_chairs)}",
                f"構成機関: {members}{total}",
                f"年間目標: {form.goal or ''}",
            ]
        ),
        "\n".join(
            f"{int(row.month[5:])}月（会議 {meeting_days(row) or 'なし'}）: {activities(row)}"
            for row in form.months
        ),
    ]
    issues = [f"{i.number}. {i.text}" if i.number is not None else i.text for i in form.issues]
    for heading, paragraphs in (
        ("部会でできたこと・やったこと", form.achievements),
        ("運営上の課題", issues),
        ("シェアしたい取組", form.practices),
        ("市域で共有・検討したい課題", form.shared_issues),
        ("読み取れなかった文", [remark.text for remark in form.remarks]),
    ):
        if paragraphs:
            blocks.append("\n".join([f"【{heading}】", *paragraphs]))
    blocks.append(f"{rule_text(document)}{state_text(document)}")
    return ("\n\n".join(blocks) + "\n").encode()


def tsv(document: Document) -> bytes:
    """The form itself: the eight columns it is handed round in."""
    return layout.tsv(document.form).encode()


def json(document: Document) -> bytes:
    """Everything as data: figures with how they are known, and each month's text."""
    form, report = document.form, document.report
    drawn: dict[str, Any] = {
        "log": document.log,
        "ward": document.ward,
        "fiscal_year": document.fiscal_year,
        "position": document.position,
        "as_of": document.as_of,
        "rules": {"guests_inside": document.sales.guests_inside, "text": rule_text(document)},
        "name": form.name,
        "chairs": form.chairs,
        "vice_chairs": form.vice_chairs,
        "members": form.members,
        "members_total": form.members_total,
        "goal": form.goal,
        "months": [
            {
                "month": row.month,
                "text": activities(row),
                "meeting_days": row.meeting_days,
                "meetings": month.meetings,
                "audits": month.audits,
                "lines": [line for line in document.sales.lines if line.month == row.month],
                "closed": month.closed,
            }
            for row, month in zip(form.months, report.months, strict=True)
        ],
        "totals": document.sales.totals,
        "achievements": form.achievements,
        "issues": form.issues,
        "practices": form.practices,
        "shared_issues": form.shared_issues,
        "remarks": report.remarks,
        "warnings": [odd for odd in document.warnings if odd.settled is None],
    }
    return msgspec.json.encode(drawn)


def html(document: Document) -> bytes:
    """One page that needs nothing else; prints on A4."""
    page = _environment.get_template("report.html").render(
        document=document,
        form=document.form,
        style=STYLE,
        year=year_text(document.fiscal_year),
        rule=rule_text(document),
        state=state_text(document),
        member_rows=layout.member_cells(document.form),
        activities=activities,
        meeting_days=meeting_days,
        officers=officers_text,
        open_warnings=[odd for odd in document.warnings if odd.settled is None],
    )
    return page.encode()


WRITERS: Mapping[str, Callable[[Document], bytes]] = {
    "text": text,
    "tsv": tsv,
    "json": json,
    "html": html,
}
MEDIA_TYPES: Mapping[str, str] = {
    "text": "text/plain; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
}
